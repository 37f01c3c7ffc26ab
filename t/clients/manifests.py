"""Says what is wrong with manifests, a line each: by the JSON schemas of
Kubernetes (PyPI: kubernetes-validate), by KServe's own Python models, and by
the fields of KEDA and the Prometheus operator that are written down here.

    manifests.py FOLDER_OF_SCHEMAS FILE...

MAAS_CRDS, a folder with CustomResourceDefinitions as YAML, adds their schemas.
Whether objects fit each other is for t/98-kubernetes.t.
"""

import json
import os
import pathlib
import re
import sys

import jsonschema
import kserve.models
import kubernetes.client.models
import referencing
import yaml

# the oldest release that is meant to work, and the newest that is known
RELEASES = ("v1.28.0", "v1.37.0")

# Fields that are used, with their types, of keda.sh/v1alpha1 and
# monitoring.coreos.com/v1; any other is wrong until it is added here
OTHERS = {
    "ScaledObject": {
        "scaleTargetRef": {"name!": str},
        "minReplicaCount": int,
        "maxReplicaCount": int,
        "pollingInterval": int,
        "cooldownPeriod": int,
        "triggers!": [{
            "type!": ("prometheus", "cpu"),
            "metricType": ("AverageValue", "Value", "Utilization"),
            # all values of a trigger are strings
            "metadata!": {"serverAddress": str, "query": str,
                          "threshold": str, "value": str},
        }],
    },
    "ServiceMonitor": {
        "selector!": {"matchLabels": {"*": str}},
        "endpoints!": [{"port": str, "path": str, "interval": re.compile(
            r"(\d+h)?(\d+m)?(\d+s)?")}],
    },
}


class Loader(yaml.SafeLoader):
    """Refuses a key that is there twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(k, deep) for k, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key} is there twice{node.start_mark}")
        return super().construct_mapping(node, deep)


def by_schema(schemas, doc):
    """Of Kubernetes itself: unknown fields are wrong as well."""
    group, _, version = doc["apiVersion"].rpartition("/")
    name = "-".join([doc["kind"].lower()]
                    + ([group.split(".")[0]] if group else []) + [version])
    for release in RELEASES:
        folder = pathlib.Path(schemas, f"{release}-local-strict")
        if not folder.is_dir():
            yield f"no schemas of {release}"
            continue
        file = folder / f"{name}.json"
        if not file.exists():
            yield f"no such kind in {release}"
            continue
        registry = referencing.Registry()
        for contents in (file, folder / "_definitions.json"):
            registry = referencing.Resource.from_contents(
                json.loads(contents.read_text())) @ registry
        checker = jsonschema.Draft202012Validator(
            json.loads(file.read_text()), registry=registry)
        for e in checker.iter_errors(doc):
            yield f"{e.json_path[2:]}: {e.message[:200]} ({release})"


def by_model(where, value, kind):
    """Of KServe: a value against the type that its Python model names."""
    inner = re.fullmatch(r"(list|dict)[([](?:str, )?(.*)[])]", kind, re.I)
    if inner:
        many = dict if inner[1].lower() == "dict" else list
        if not isinstance(value, many):
            yield f"{where}: expected {kind}"
            return
        for key, one in value.items() if many is dict else enumerate(value):
            yield from by_model(f"{where}.{key}", one, inner[2])
        return
    model = getattr(kserve.models, kind, None) \
        or getattr(kubernetes.client.models, kind, None)
    if model is None:
        types = {"str": str, "int": int, "bool": bool, "float": (int, float)}
        # quantities, times and ports that have names are text or numbers
        if not isinstance(value, types.get(kind, (str, int, float, dict))) \
                or kind == "int" and isinstance(value, bool):
            yield f"{where}: expected {kind}, got {value!r}"
        return
    if not isinstance(value, dict):
        if model.openapi_types:
            yield f"{where}: expected {kind}, got {value!r}"
        return
    keys = {json_key: key for key, json_key in model.attribute_map.items()}
    for key, one in value.items():
        if key not in keys:
            yield f"{where}.{key}: {kind} has no such field"
        else:
            yield from by_model(f"{where}.{key}", one,
                                model.openapi_types[keys[key]])
    try:
        model(**{keys[k]: v for k, v in value.items() if k in keys})
    except ValueError as e:
        yield f"{where}: {' '.join(str(e).split()[:12])}"


def by_table(where, value, want):
    """Of others: a value against what OTHERS says."""
    if isinstance(want, dict):
        if not isinstance(value, dict):
            yield f"{where}: expected an object"
            return
        for key in want:
            if key.endswith("!") and key[:-1] not in value:
                yield f"{where}: {key[:-1]} is missing"
        for key, one in value.items():
            rule = want.get(key, want.get(key + "!", want.get("*")))
            if rule is None:
                yield f"{where}.{key}: no such field"
            else:
                yield from by_table(f"{where}.{key}", one, rule)
    elif isinstance(want, list):
        if not isinstance(value, list) or not value:
            yield f"{where}: expected a list"
            return
        for i, one in enumerate(value):
            yield from by_table(f"{where}.{i}", one, want[0])
    elif isinstance(want, tuple):
        if value not in want:
            yield f"{where}: expected one of {want}, got {value!r}"
    elif isinstance(want, re.Pattern):
        if not isinstance(value, str) or not want.fullmatch(value):
            yield f"{where}: expected {want.pattern}, got {value!r}"
    elif type(value) is not want:
        yield f"{where}: expected {want.__name__}, got {value!r}"


def strict(schema):
    """A CRD's schema, with objects that have no other fields than it says."""
    if isinstance(schema, dict):
        if "properties" in schema and not schema.get(
                "x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
        for one in schema.values():
            strict(one)
    elif isinstance(schema, list):
        for one in schema:
            strict(one)


def by_crd(crds, doc):
    group, _, version = doc["apiVersion"].rpartition("/")
    for file in pathlib.Path(crds).rglob("*.yaml"):
        for crd in yaml.load_all(file.read_text(), yaml.CSafeLoader):
            if not crd or crd.get("kind") != "CustomResourceDefinition" \
                    or crd["spec"]["group"] != group \
                    or crd["spec"]["names"]["kind"] != doc["kind"]:
                continue
            for v in crd["spec"]["versions"]:
                if v["name"] == version:
                    schema = v["schema"]["openAPIV3Schema"]
                    strict(schema["properties"]["spec"])
                    for e in jsonschema.Draft4Validator(schema) \
                            .iter_errors(doc):
                        yield f"{e.json_path[2:]}: {e.message[:200]} (CRD)"
                    return
    yield f"no CRD in {crds}"


def wrong(schemas, doc):
    group = doc["apiVersion"].rpartition("/")[0]
    custom = True
    if group == "serving.kserve.io":
        version = doc["apiVersion"].rpartition("/")[2].capitalize()
        yield from by_model("", doc, version + doc["kind"])
    elif doc["kind"] in OTHERS:
        yield from by_table("", doc, {
            "apiVersion!": str, "kind!": str,
            "metadata!": {"name!": str, "labels": {"*": str}},
            "spec!": OTHERS[doc["kind"]]})
    else:
        custom = False
        yield from by_schema(schemas, doc)
    if custom and os.environ.get("MAAS_CRDS"):
        yield from by_crd(os.environ["MAAS_CRDS"], doc)


def main(schemas, *files):
    """Prints what is wrong, or {file: [documents]} as JSON."""
    documents = {}
    found = []
    for file in files:
        docs = list(yaml.load_all(pathlib.Path(file).read_text(), Loader))
        documents[os.path.basename(file)] = docs
        for doc in docs:
            name = f"{os.path.basename(file)}: {doc.get('kind')}"
            found += [f"{name}: {w}" for w in wrong(schemas, doc)]
    print("\n".join(found) if found else json.dumps(documents))
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except yaml.YAMLError as error:
        print(f"YAML: {error}")
        sys.exit(1)
