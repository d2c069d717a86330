import threading

from cp_xception_ros.runtime.workers import LatestWorker, QueueWorker


class Gate:
    """Work that waits until it is told to go on."""

    def __init__(self):
        self.seen, self.errors = [], []
        self.started, self.open = threading.Event(), threading.Event()

    def work(self, item):
        self.started.set()
        self.open.wait(5)
        if item == 'bad':
            raise ValueError(item)
        self.seen.append(item)


def test_newest_wins_and_what_it_replaced_is_counted():
    gate = Gate()
    worker = LatestWorker('t', gate.work, gate.errors.append)
    worker.start()
    worker.put('first')
    assert gate.started.wait(5)
    for item in range(5):
        worker.put(item)
    worker.close(drain=True)
    gate.open.set()
    assert worker.join(5)
    assert gate.seen == ['first', 4]
    assert worker.dropped == 4


def test_a_bad_item_does_not_end_the_thread():
    gate = Gate()
    gate.open.set()
    worker = QueueWorker('t', gate.work, gate.errors.append)
    worker.start()
    assert worker.put('bad') and worker.put('good')
    worker.close(drain=True)
    assert worker.join(5)
    assert gate.seen == ['good']
    assert [str(error) for error in gate.errors] == ['bad']


def test_a_full_queue_says_so_and_keeps_what_it_has():
    gate = Gate()
    worker = QueueWorker('t', gate.work, gate.errors.append, capacity=2)
    worker.start()
    worker.put('in work')
    assert gate.started.wait(5)
    assert [worker.put(item) for item in 'abc'] == [True, True, False]
    worker.close(drain=True)
    gate.open.set()
    assert worker.join(5)
    assert gate.seen == ['in work', 'a', 'b']


def test_closing_without_drain_leaves_waiting_items_undone():
    gate = Gate()
    worker = QueueWorker('t', gate.work, gate.errors.append)
    worker.start()
    worker.put('in work')
    assert gate.started.wait(5)
    worker.put('never')
    worker.close()
    gate.open.set()
    assert worker.join(5)
    assert gate.seen == ['in work']


def test_a_worker_that_never_started_is_joined_at_once():
    worker = QueueWorker('t', print, print)
    worker.close()
    assert worker.join(0)
