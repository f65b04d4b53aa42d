// Runs a MicroPython script on the WebAssembly port:
//   node run.mjs PORT_FOLDER HEAP_BYTES FOLDER:FOLDER... SCRIPT [ARGUMENT...]
// The folders are laid into the port's file system at the same paths. One of them has a module `on_wasm` with
// `prepare()`, which puts what the port lacks in its place, and `run(path)`. The port cannot make machine code:
// loops that are decorated for it run as bytecode.

import fs from "fs";
import path from "path";

const [port, heapBytes, folders, script, ...args] = process.argv.slice(2);
const { loadMicroPython } = await import(path.join(port, "micropython.mjs"));
const lines = [];
const mp = await loadMicroPython({
  heapsize: Number(heapBytes),
  stdout: (line) => lines.push(line),
  linebuffer: true,
});

const made = new Set();
function lay(file, text) {
  const folder = path.dirname(file);
  if (!made.has(folder)) {
    mp.FS.mkdirTree(folder);
    made.add(folder);
  }
  mp.FS.writeFile(file, text);
}

// The loops of the encoder read signed and unsigned rings alike only as machine code.
const PLAIN = { "codec_viper.py": "from insole_protocol.kernels import *\n" };

function layFolder(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const from = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith(".") && entry.name !== "__pycache__") layFolder(from);
    } else if (entry.name.endsWith(".py")) {
      const text = PLAIN[entry.name] ?? fs.readFileSync(from, "utf8");
      lay(from, text.replace(/^(\s*)@micropython\.(native|viper)\s*$/gm, "$1"));
    }
  }
}

const shown = folders.split(":");
for (const folder of shown) layFolder(folder);
lay(script, fs.readFileSync(script, "utf8"));
for (const file of args) if (fs.existsSync(file) && fs.statSync(file).isFile()) lay(file, fs.readFileSync(file));

mp.FS.writeFile("/begin.py", `
import sys
sys.path[:] = ${JSON.stringify([...shown, ".frozen"])}
sys.argv[:] = ${JSON.stringify([script, ...args])}
import on_wasm
on_wasm.prepare()
on_wasm.run(sys.argv[0])
`);
let code = 0;
try {
  mp.runPython(mp.FS.readFile("/begin.py", { encoding: "utf8" }));
} catch (error) {
  const exit = /SystemExit: ?(\d*)/.exec(error.message);
  if (exit) code = Number(exit[1] || 0);
  else {
    lines.push(error.message);
    code = 1;
  }
}
fs.writeSync(1, lines.map((line) => line + "\n").join(""));
process.exit(code);
