import { PYTHON_ORDER, PYTHON_SIGNING, PYTHON_TWINS } from "./python-signing.ts";

/**
 * Runs pytest with a plugin that reports each test on descriptor 3, signed by a key that came on descriptor 4 and is
 * gone before any code of the repository is loaded. Hidden tests come by descriptor 4 too and stand in no file: the
 * code that they test can't read them. Its own folder comes first in the path, so that no file of the repository can
 * stand in for a module of pytest. Some tests of each file have twins that fail at once and are the same otherwise: a
 * runner that is changed for what tests look like changes them too.
 */
export const PYTEST_LAUNCHER = `
def launch():
${PYTHON_ORDER}
    import pytest, _pytest.config, _pytest.python, _pytest.runner, _pytest.terminal, _pytest.assertion.rewrite
    import importlib.abc, importlib.machinery, importlib.util
${PYTHON_SIGNING}
${PYTHON_TWINS}
    trees = {}
    for path, text in order["files"].items():
        tree = trees[os.path.realpath(os.path.join(root, path))] = ast.parse(text, path)
        add_twins(tree.body, path)
        ast.fix_missing_locations(tree)
    emit({"kind": "twins", "ids": twins})
    class Loader(importlib.abc.Loader):
        def __init__(self, path):
            self.path = path
        def create_module(self, spec):
            return None
        def exec_module(self, module):
            exec(compile(trees[self.path], self.path, "exec"), module.__dict__)
    path_finder = importlib.machinery.PathFinder.find_spec
    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            spec = path_finder(name, path)
            origin = None if spec is None or not spec.origin else os.path.realpath(spec.origin)
            if origin not in trees:
                return None
            return importlib.util.spec_from_file_location(name, origin, loader=Loader(origin))
    class Reports:
        def pytest_sessionstart(self, session):
            sys.meta_path.insert(0, Finder())
        def pytest_collectreport(self, report):
            if report.failed:
                emit({"kind": "collect", "id": report.nodeid, "text": str(report.longrepr)[-400:]})
        def pytest_runtest_logreport(self, report):
            outcome = "xfail" if hasattr(report, "wasxfail") else report.outcome
            emit({"kind": "test", "id": report.nodeid, "when": report.when, "outcome": outcome})
        def pytest_sessionfinish(self, session, exitstatus):
            emit({"kind": "end"})
    sys.path.insert(0, root)
    sys.argv = ["pytest"]
    arguments = ["-p", "no:cacheprovider", "--rootdir=" + root, *order["arguments"], *order["files"]]
    return pytest.main, arguments, Reports
main, arguments, Reports = launch()
plugins = [Reports()]
del launch, Reports
main(arguments, plugins=plugins)
`;
