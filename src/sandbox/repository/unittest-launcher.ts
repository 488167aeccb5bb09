import { PYTHON_ORDER, PYTHON_SIGNING, PYTHON_TWINS } from "./python-signing.ts";

/**
 * Runs Python's unittest as the launcher of pytest runs pytest: results are signed by a key that is gone before any
 * code of the repository's is loaded, hidden tests stand in no file, and some methods of each class have twins that
 * fail at once. A test is called `path::Class::method`.
 */
export const UNITTEST_LAUNCHER = `
def launch():
${PYTHON_ORDER}
    import unittest, unittest.mock, importlib.abc, importlib.util
${PYTHON_SIGNING}
${PYTHON_TWINS}
    sys.path.insert(0, root)
    sys.argv = ["unittest"]
    paths, codes = {}, {}
    for path, text in order["files"].items():
        name = path[:-3].replace("/", ".")
        paths[name] = path
        tree = ast.parse(text, path)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                add_twins(node.body, path, node.name)
        ast.fix_missing_locations(tree)
        codes[name] = compile(tree, path, "exec")
    emit({"kind": "twins", "ids": twins})
    class Loader(importlib.abc.Loader):
        def create_module(self, spec):
            return None
        def exec_module(self, module):
            exec(codes[module.__spec__.name], module.__dict__)
    class Result(unittest.TestResult):
        told = None
        def tell(self, test, outcome):
            place = paths.get(type(test).__module__, type(test).__module__)
            name = getattr(test, "_testMethodName", str(test))
            emit({"kind": "test", "id": "%s::%s::%s" % (place, type(test).__qualname__, name), "when": "call", "outcome": outcome})
        def addSuccess(self, test):
            self.tell(test, "passed")
        def addFailure(self, test, err):
            self.tell(test, "failed")
        def addError(self, test, err):
            self.tell(test, "failed")
        def addSkip(self, test, reason):
            self.tell(test, "skipped")
        def addExpectedFailure(self, test, err):
            self.tell(test, "skipped")
        def addUnexpectedSuccess(self, test):
            self.tell(test, "failed")
        def addSubTest(self, test, subtest, err):
            if err is not None and test is not self.told:
                self.told = test
                self.tell(test, "failed")
    def run():
        loader = unittest.TestLoader()
        result = Result(None, False, 0)
        for name, path in paths.items():
            spec = importlib.util.spec_from_file_location(name, os.path.join(root, path), loader=Loader())
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except Exception as error:
                emit({"kind": "collect", "id": path, "text": ("%s: %s" % (type(error).__name__, error))[-400:]})
                continue
            loader.loadTestsFromModule(module).run(result)
        emit({"kind": "end"})
    return run
run = launch()
del launch
run()
`;
