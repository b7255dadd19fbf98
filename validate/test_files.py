"""Shell, YAML and Dockerfile, each by its linter."""

from validate.tools import ROOT, accepts, files, run


def _is_shell(path: str) -> bool:
    with (ROOT / path).open("rb") as file:
        first = file.readline(100)
    return first.startswith(b"#!") and b"sh" in first.rpartition(b"/")[2]


def test_shell_scripts_are_clean() -> None:
    scripts = [path for path in files() if _is_shell(path)]
    assert {"services/services", ".ci/run", "tests/services/run"} <= set(scripts)
    accepts("shellcheck", *scripts)


def test_yaml_is_clean() -> None:
    accepts("yamllint", "--strict", "--config-file", "validate/yamllint.yml", *files("*.yml", "*.yaml"))


def test_the_dockerfile_is_clean() -> None:
    accepts("hadolint", "Dockerfile")


def test_hadolint_would_say_something() -> None:
    done = run("hadolint", "validate/bad.Dockerfile")
    assert done.returncode != 0, "a linter that accepts everything holds nothing"
    assert "DL3006" in done.stdout
