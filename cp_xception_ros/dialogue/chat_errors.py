"""What went wrong with a chat server, in words and in kinds."""

from .chat import ChatError

# Status: (cause, what it means, what to do). After DeepSeek's and OpenAI's lists of errors.
MEANING = {
    400: ('request', 'the request is refused', 'check the model name and the parameters'),
    401: ('key', 'the key is refused', 'check the key in {variable}'),
    402: ('balance', 'the account has no balance', 'top it up'),
    403: ('key', 'the key may not use this model', 'check the account of {variable}'),
    404: ('request', 'no such model or address', 'check model and base_url'),
    422: ('request', 'a parameter is refused', 'check the model name and the parameters'),
    429: ('busy', 'too many requests', 'trying again later'),
}
# What was waited for: what to do where it often comes too late.
SLOW = {
    'first word': 'raise first_token_timeout, or take a smaller model, or one that does not think',
    'end': 'lower max_tokens, or raise total_timeout',
}
RETRY = frozenset({408, 409, 425, 429})


def status_error(
    where: str, status: int, detail: str, variable: str, after: float = 0.0
) -> ChatError:
    """Turn an HTTP status into a ChatError.

    `detail` is what the server wrote, `variable` that of the environment with the key.
    """
    retry = status in RETRY or status >= 500
    fallback = (
        ('busy', 'the server is in trouble', 'trying again later')
        if retry
        else ('request', 'the request is refused', 'check base_url and model')
    )
    cause, meaning, cure = MEANING.get(status, fallback)
    cure = cure.format(variable=variable)
    line = ' '.join(detail.split())[:200]
    return ChatError(f'{where}: {meaning} (HTTP {status}): {cure}. {line}', cause, retry, after)


def network_error(where: str, error: BaseException) -> ChatError:
    """Turn a connection that failed or broke into a ChatError."""
    reason = error.__cause__ or error
    detail = ' '.join(str(reason).split())[:200] or type(reason).__name__
    return ChatError(
        f'{where}: no connection ({detail}): check the network and base_url', 'network', retry=True
    )


def broken_error(where: str, why: str) -> ChatError:
    """Turn an answer that makes no sense, or that stops half-way, into a ChatError."""
    return ChatError(f'{where}: the answer broke off: {why}', 'broken', retry=True)


def slow_error(where: str, what: str, seconds: float) -> ChatError:
    """Turn a missed time limit into a ChatError; asking again would make the user wait twice."""
    cure = SLOW.get(what, 'is the network slow?')
    return ChatError(f'{where}: no {what} within {seconds:g} s: {cure}', 'slow')
