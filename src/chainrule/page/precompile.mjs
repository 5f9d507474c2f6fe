// Starts the engine once in Node, and writes down as bytecode what it has imported: a browser then need not compile
// it, and starts in half the time. `node precompile.mjs PYODIDE FOLDER`: PYODIDE has Pyodide's own files; FOLDER has
// numpy.tar and chainrule.tar, and gets compiled.tar.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", (error) => {
  console.error(error.message ?? error); // without the source that Node would show, a line of a million letters
  process.exit(1);
});
const [pyodide, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({
  indexURL: pyodide,
  packageBaseUrl: pyodide,
  lockFileContents: readFileSync(join(folder, "pyodide-lock.json"), "utf8"),
});
const site = python.runPython("import site; site.getsitepackages()[0]");
for (const name of ["numpy.tar", "chainrule.tar"]) {
  python.unpackArchive(new Uint8Array(readFileSync(join(folder, name))), "tar", { extractDir: site });
}

const compiled = python.runPython(`
import io, pathlib, sys, tarfile
from importlib._bootstrap_external import _code_to_hash_pyc
from chainrule.page.session import Session

session = Session()
for request in ({"do": "open"}, {"do": "lines"}, {"do": "line", "name": "z1"}, {"do": "why", "entry": "dW1[0, 1]"},
                {"do": "advance", "by": "batch", "count": 1}):
    session.handle({"id": 0, **request})

def bytecode(source, path):
    """As in a .pyc that is never compared with its source; without docstrings."""
    code = compile(source, path, "exec", dont_inherit=True, optimize=2)
    return bytes(_code_to_hash_pyc(code, b"\\0" * 8, False))

site = pathlib.PurePath("${site}")
found = {}
for module in list(sys.modules.values()):
    path, loader = getattr(module, "__file__", None) or "", getattr(module, "__loader__", None)
    if path.endswith(".py") and hasattr(loader, "get_data"):
        code = bytecode(loader.get_data(path), path)
        if archive := getattr(loader, "archive", ""):
            found[f"stdlib/{path.removeprefix(archive + '/')}c"] = code
        else:
            found[f"site/{pathlib.PurePath(path).relative_to(site)}c"] = code
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as tar:
    for name, content in found.items():
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
archive.getvalue()
`);
writeFileSync(join(folder, "compiled.tar"), compiled.toJs());
