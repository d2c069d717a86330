"""Language models behind OpenAI's chat protocol: DeepSeek, Ollama, llama.cpp and others."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
import queue
import threading
import time
from typing import Any

from ..runtime.endpoint import Endpoint
from .chat import ChatError, ChatEvent, Message, Token, ToolCall
from .chat_errors import broken_error, network_error, slow_error, status_error

MISSING = "the openai SDK is missing: pip install 'openai>=1,<4'"
BROKEN = "the openai SDK does not load: pip install --force-reinstall 'openai>=1,<4'"
Put = Callable[[ChatEvent | ChatError | None], None]


@dataclass(frozen=True)
class Limits:
    """Seconds from the request to the first token, and to the end of the reply."""

    first_token: float = 8.0
    total: float = 45.0


class OpenAIChat:
    """One model at one endpoint, over the openai SDK; requests run in an event loop of its own.

    The loop makes giving up simple: a cancelled task closes its connection wherever it stands,
    also while the server sends nothing but keep-alives, which the SDK swallows. The SDK takes
    seconds to import, which its thread does as well: with `warm_up`, else with the first request.

    Raises ChatError (cause 'request'): the SDK is not installed.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        temperature: float = 1.3,
        max_tokens: int = 300,
        limits: Limits | None = None,
    ) -> None:
        if find_spec('openai') is None:
            raise ChatError(MISSING, 'request')
        self.name = f'{model} at {endpoint.host}'
        self._endpoint, self._limits = endpoint, limits or Limits()
        self._request: dict[str, Any] = {
            'model': model,
            'temperature': temperature,
            'max_tokens': max_tokens,
            'stream': True,
        }
        if endpoint.deepseek:
            # On by default there, and it costs seconds before the first word.
            self._request['extra_body'] = {'thinking': {'type': 'disabled'}}
        self._can_call_tools = True
        self._sdk: Any = None
        self._client: Any = None
        self._create: Any = None
        self._failure: ChatError | None = None
        self._loop = asyncio.new_event_loop()
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name='chat', daemon=True)

    def warm_up(self) -> None:
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()

    def stream(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()
    ) -> 'OpenAIStream':
        self.warm_up()
        return OpenAIStream(
            lambda put: self._pump(messages, tools, put), self._loop, self._limits, self.name
        )

    def close(self) -> None:
        """End all requests and the thread; returns once both are gone, at most a second later."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)
            self._thread.join(1.0)
        # An import cannot be broken off, and its thread goes on with the loop.
        if not self._thread.is_alive() and not self._loop.is_closed():
            self._loop.close()

    def _run(self) -> None:
        """Make the client, then work on the requests, which wait in the loop meanwhile."""
        try:
            self._client = self._make_client()
        except Exception as error:  # whatever may be wrong with an installation
            self._failure = ChatError(f'{BROKEN} ({type(error).__name__}: {error})', 'request')
        self._loop.run_forever()

    def _make_client(self) -> Any:
        import openai

        self._sdk = openai
        client = openai.AsyncOpenAI(
            api_key=self._endpoint.key or 'none',
            base_url=self._endpoint.base_url,
            timeout=self._limits.total,
            max_retries=0,
        )
        # The SDK imports this part at its first use, which would delay the first answer.
        self._create = client.chat.completions.create
        return client

    async def _shut_down(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client:
            await self._client.close()
        await self._loop.shutdown_asyncgens()
        self._loop.stop()

    async def _pump(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], put: Put
    ) -> None:
        try:
            if self._failure:
                raise self._failure
            async with await self._open(messages, tools) as stream:
                await self._read(stream, put)
        except Exception as error:  # whatever a server does must not end the conversation
            put(self._explain(error))
        put(None)

    async def _open(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Any:
        request = self._request | {'messages': list(messages)}
        if not (tools and self._can_call_tools):
            return await self._create(**request)
        try:
            return await self._create(**request, tools=list(tools))
        except self._sdk.APIStatusError as error:
            # Servers refuse with 400 (Ollama) or 500 (llama.cpp); only the text tells the reason.
            if 'tool' not in str(error).lower():
                raise
            self._can_call_tools = False
            return await self._create(**request)

    async def _read(self, stream: Any, put: Put) -> None:
        calls: dict[int, dict[str, str]] = {}
        finished = False
        async for chunk in stream:
            for choice in chunk.choices or ():
                if choice.delta and choice.delta.content:
                    put(Token(choice.delta.content))
                for delta in (choice.delta and choice.delta.tool_calls) or ():
                    _collect(calls, delta)
                finished = finished or choice.finish_reason is not None
        if not finished:
            raise broken_error(self.name, 'the connection ended')
        for call in calls.values():
            put(ToolCall(call['id'], call['name'], call['arguments']))

    def _explain(self, error: Exception) -> ChatError:
        if isinstance(error, ChatError):
            return error
        if isinstance(error, self._sdk.APIStatusError):
            after = _seconds(error.response.headers.get('retry-after', ''))
            # Some servers repeat the key that they refuse.
            detail = _detail(error).replace(self._client.api_key, '***')
            variable = self._endpoint.variable
            return status_error(self.name, error.status_code, detail, variable, after)
        if isinstance(error, self._sdk.APITimeoutError):
            return slow_error(self.name, 'answer', self._limits.total)
        if isinstance(error, self._sdk.APIConnectionError):
            return network_error(self.name, error)
        # Errors inside a stream come as they are, such as httpx's, which must not be imported.
        return broken_error(self.name, f'{type(error).__name__}: {error}'[:200])


class OpenAIStream:
    """One reply on its way; see ChatStream."""

    def __init__(
        self,
        pump: Callable[[Put], Coroutine[Any, Any, None]],
        loop: asyncio.AbstractEventLoop,
        limits: Limits,
        where: str,
    ) -> None:
        self._arrived: queue.SimpleQueue[ChatEvent | ChatError | None] = queue.SimpleQueue()
        self._limits, self._where = limits, where
        self._began = time.monotonic()
        self._future = asyncio.run_coroutine_threadsafe(pump(self._arrived.put), loop)

    def __iter__(self) -> Iterator[ChatEvent]:
        what, limit = 'first word', self._limits.first_token
        try:
            while (event := self._next(what, limit)) is not None:
                yield event
                what, limit = 'end', self._limits.total
        finally:
            self._future.cancel()

    def close(self) -> None:
        self._future.cancel()
        self._arrived.put(None)

    def _next(self, what: str, limit: float) -> ChatEvent | None:
        wait = self._began + limit - time.monotonic()
        try:
            # An endless reply never leaves the queue empty, so the limit is checked by itself.
            event = self._arrived.get(timeout=wait) if wait > 0 else None
        except queue.Empty:
            wait = 0.0
        if wait <= 0:
            raise slow_error(self._where, what, limit)
        if isinstance(event, ChatError):
            raise event
        return event


def _collect(calls: dict[int, dict[str, str]], delta: Any) -> None:
    """Add one delta of a tool call: the name comes once, the arguments bit by bit."""
    call = calls.setdefault(delta.index or 0, {'id': '', 'name': '', 'arguments': ''})
    call['id'] = delta.id or call['id']
    if delta.function:
        call['name'] = delta.function.name or call['name']
        call['arguments'] += delta.function.arguments or ''


def _detail(error: Any) -> str:
    """Return the server's own words in an APIStatusError, without what each SDK adds to them."""
    body = error.body.get('error', error.body) if isinstance(error.body, Mapping) else None
    return str(body['message']) if isinstance(body, Mapping) and 'message' in body else str(error)


def _seconds(retry_after: str) -> float:
    # The other form of the header, a date, is not worth the trouble.
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        return 0.0
