"""Tasks, sleeping, flags and the loop, on a clock that a task of the test moves: the loop never waits."""

from asyncio.task import Task, TaskQueue
from time import ticks_add, ticks_ms

cur_task = None
_task_queue = TaskQueue()
_flags = []  # those that a task waits for
_handler = [None]


class CancelledError(BaseException):
    """A task was told to end."""


class TimeoutError(Exception):
    """It took too long."""


class _Yield:
    """Gives control back once."""

    def __init__(self):
        self._given = False

    def __iter__(self):
        return self

    def __next__(self):
        if self._given:
            raise StopIteration
        self._given = True


def sleep_ms(wait_ms):
    """Sleep by the test's clock."""
    _task_queue.push(cur_task, ticks_add(ticks_ms(), max(0, wait_ms)))
    return _Yield()


def sleep(seconds):
    return sleep_ms(int(seconds * 1000))


class ThreadSafeFlag:
    """A flag that one task waits for."""

    def __init__(self):
        self._set = False
        self._waiter = None

    def set(self):
        self._set = True

    def clear(self):
        self._set = False

    async def wait(self):
        if not self._set:
            self._waiter = cur_task
            cur_task.data = self
            _flags.append(self)
            await _Yield()
        self._set = False

    def remove(self, task):
        """The waiting task is cancelled."""
        _flags.remove(self)

    def wake(self):
        """Whether its waiter may go on; it is in the queue then."""
        if self._set:
            _task_queue.push(self._waiter)
        return self._set


class Event:
    """A flag that any number of tasks wait for."""

    def __init__(self):
        self.state = False
        self._waiting = TaskQueue()

    def is_set(self):
        return self.state

    def set(self):
        while self._waiting.peek():
            _task_queue.push(self._waiting.pop())
        self.state = True

    def clear(self):
        self.state = False

    async def wait(self):
        if not self.state:
            self._waiting.push(cur_task)
            cur_task.data = self._waiting
            await _Yield()
        return True


def create_task(coroutine):
    """Have a coroutine run beside the others."""
    task = Task(coroutine)
    _task_queue.push(task)
    return task


def current_task():
    return cur_task


def run(coroutine):
    """Run until this one is done."""
    return run_until_complete(create_task(coroutine))


def run_until_complete(main):
    """Run all tasks, those that are due first, until `main` is done."""
    global cur_task
    while True:
        for flag in list(_flags):
            if flag.wake():
                _flags.remove(flag)
        if not _task_queue.peek():
            raise RuntimeError("every task waits for a flag")
        task = _task_queue.pop()
        cur_task = task
        try:
            error = task.data
            task.data = None
            if isinstance(error, (type, BaseException)):
                task.coro.throw(error)
            else:
                task.coro.send(None)
        except BaseException as ended:
            if isinstance(ended, (KeyboardInterrupt, SystemExit)):
                raise
            if task is main:
                if isinstance(ended, StopIteration):
                    return ended.value
                raise
            _end(task, ended)
        finally:
            cur_task = None


def _end(task, ended):
    """A task is done: those who wait for it go on; nobody's error goes to the handler."""
    if isinstance(task.state, TaskQueue):
        while task.state.peek():
            _task_queue.push(task.state.pop())
        task.state = False
    else:
        waited = task.state is not True
        task.state = None
        if not waited and not isinstance(ended, (StopIteration, CancelledError)):
            context = {"message": "a task died", "exception": ended, "future": task}
            Loop.call_exception_handler(context)
    task.data = ended


class Loop:
    """The one loop."""

    @staticmethod
    def set_exception_handler(handler):
        _handler[0] = handler

    @staticmethod
    def get_exception_handler():
        return _handler[0]

    @staticmethod
    def call_exception_handler(context):
        (_handler[0] or Loop.default_exception_handler)(Loop, context)

    @staticmethod
    def default_exception_handler(_loop, context):
        print(context["message"], repr(context["exception"]))

    create_task = staticmethod(create_task)
    run_until_complete = staticmethod(run_until_complete)


def get_event_loop():
    return Loop


def new_event_loop():
    """Forget every task."""
    global _task_queue, cur_task
    _task_queue = TaskQueue()
    _flags.clear()
    _handler[0] = None
    cur_task = None
    return Loop
