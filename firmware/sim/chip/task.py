"""`asyncio.task` in Python: the interpreter's built-in task queue reads the computer's clock, not the
board's.

Same contract as the built-in one: `Task` is awaitable and can be cancelled, `TaskQueue` yields the task with
the earliest wake-up time first, and tasks with equal times in the order in which they came.
"""

from sim.chip.ticks import ticks_diff, ticks_ms

core = None  # asyncio.core, set by the boot script once it is imported: it imports this module first


class TaskQueue:
    """Tasks in order of `ph_key`; a sorted list, as a handful of tasks is all that firmware has."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        return self._tasks[0] if self._tasks else None

    def push(self, task, key=None):
        task.data = None
        task.ph_key = ticks_ms() if key is None else key
        tasks = self._tasks
        place = len(tasks)
        while place and ticks_diff(task.ph_key, tasks[place - 1].ph_key) < 0:
            place -= 1
        tasks.insert(place, task)

    def pop(self):
        return self._tasks.pop(0)

    def remove(self, task):
        self._tasks.remove(task)


class Task:
    """A coroutine with its state.

    `state`: True running and not awaited, a TaskQueue of waiters, None done and awaited, False or a callable
    done.
    """

    def __init__(self, coro, globals=None):
        self.coro = coro
        self.data = None
        self.state = True
        self.ph_key = 0

    def __iter__(self):
        if not self.state:
            self.state = False  # done: whoever awaits gets the result at once
        elif self.state is True:
            self.state = TaskQueue()
        elif type(self.state) is not TaskQueue:
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if not self.state:
            raise self.data  # the StopIteration with the result, or what went wrong
        self.state.push(core.cur_task)
        core.cur_task.data = self

    def done(self):
        return not self.state

    def cancel(self):
        if not self.state:
            return False
        if self is core.cur_task:
            raise RuntimeError("can't cancel self")
        target = self
        while isinstance(target.data, Task):
            target = target.data
        if hasattr(target.data, "remove"):  # waits on an event, a lock or a stream's queue
            target.data.remove(target)
            core._task_queue.push(target)
        elif ticks_diff(target.ph_key, ticks_ms()) > 0:
            core._task_queue.remove(target)
            core._task_queue.push(target)
        target.data = core.CancelledError
        return True
