# Bills of materials against the schema of CycloneDX 1.6 that cyclonedx-python-lib
# ships; a line for each: its path and "valid", or what is wrong.

import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

validator = JsonStrictValidator(SchemaVersion.V1_6)

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        error = validator.validate_str(f.read())
    print(path, "valid" if error is None else str(error.data)[:1000])
