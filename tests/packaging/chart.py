"""Lints the Helm chart and renders it into a folder. Runs in the environment of the release tools, which has Helm."""

import sys
from pathlib import Path

import helm_python

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "ledgersim"
VALUES: dict[str, dict[str, object]] = {
    "usual": {},
    "all": {
        "settings": {
            "auth": False,
            "ui": True,
            "leniency": "strict",
            "customers": 1_000_000,
            "read-timeout": 0.5,
            "as-of": "2026-03-01",
        },
        "adminToken": {"existingSecret": "ledgersim"},
        "fixtures": {"mine.yaml": "aptic: {}", "more.yaml": "payex: {}"},
        "persistence": {"enabled": True, "size": "2Gi", "storageClass": "fast"},
        "service": {"type": "NodePort", "port": 80},
        "networkPolicy": {"enabled": False},
    },
}
INVALID: tuple[dict[str, object], ...] = (
    {"settings": {"port": 80}},
    {"image": {"repository": ""}},
    {"replicas": 2},
    {"fixtures": {"mine.txt": ""}},
)


def main(folder: Path) -> None:
    """Write the manifests for each of the values."""
    report = helm_python.lint(str(CHART))
    found = [one for one in report["messages"] if one["error"] != "icon is recommended"] + report["errors"]
    if found:
        sys.exit(f"helm lint: {found}")
    with helm_python.Chart.load(str(CHART)) as chart:
        for name, values in VALUES.items():
            chart.validate_schema(values)
            files = chart.render(values, name=name, namespace="tests")
            manifests = (text for file, text in files.items() if file.endswith(".yaml"))
            (folder / f"{name}.yaml").write_text("---\n".join(one for one in manifests if one.strip()))
        for values in INVALID:
            try:
                chart.validate_schema(values)
            except helm_python.HelmValuesError:
                continue
            sys.exit(f"the schema of the chart accepts {values}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
