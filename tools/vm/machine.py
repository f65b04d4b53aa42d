"""Run one job in the virtual machine: `run_job(script, radio_port)`."""

import asyncio
import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.vm.image import HERE, boot_files

_MEMORY_MB = 768
_KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr tsc=reliable random.trust_cpu=on"
)


@dataclass(frozen=True)
class JobResult:
    """What came out of the machine.

    Attributes:
        exit_code: of the job; None when the machine ended without telling.
        output: everything on its console.
    """

    exit_code: int | None
    output: str


async def run_job(commands: list[list[str]], radio_port: int, timeout_s: float = 80.0) -> JobResult:
    """Boot, run the commands one after the other until one fails, power off.

    The machine sees this computer's files read-only, in a terminal without graphics, as root. Its one
    Bluetooth controller is a host of the virtual radio at `radio_port` on this computer.

    Raises:
        VmUnavailableError: it cannot run here.
        TimeoutError: it did not end in time; it was stopped.
    """
    files = boot_files()
    with tempfile.TemporaryDirectory(prefix="plantigrade-vm-") as folder:
        job = Path(folder) / "job.sh"
        lines = ["set -e", "export HOME=/run PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1", "cd /run"]
        job.write_text("\n".join(lines + [shlex.join(command) for command in commands]) + "\n")
        guest = HERE / "guest"
        job_options = {
            "python": sys.executable,
            "bridge": guest / "hci_bridge.py",
            "agent": guest / "pairing_agent.py",
            "job": job,
        }
        options = (f"plantigrade.{name}={value}" for name, value in job_options.items())
        append = " ".join([_KERNEL_ARGUMENTS, *options])
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", "10"),  # the insoles are other computers: emulation must not take their time
            "qemu-system-x86_64",
            *("-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2"),
            *("-m", str(_MEMORY_MB), "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"),
            *("-kernel", str(files.kernel), "-initrd", str(files.initramfs), "-append", append),
            *("-device", "virtio-serial-pci", "-chardev", f"socket,id=hci,host=127.0.0.1,port={radio_port}"),
            *("-device", "virtserialport,chardev=hci,name=hci"),
            *("-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return await _follow(process, timeout_s)


async def _follow(process: asyncio.subprocess.Process, timeout_s: float) -> JobResult:
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(timeout_s):
            async for line in process.stdout:
                lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            await process.wait()
    except TimeoutError:
        raise TimeoutError("the virtual machine did not end in time:\n" + "\n".join(lines)) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    prefix = "VM: job ended with "
    codes = [int(line.removeprefix(prefix).split()[0]) for line in lines if line.startswith(prefix)]
    return JobResult(codes[-1] if codes else None, "\n".join(lines))
