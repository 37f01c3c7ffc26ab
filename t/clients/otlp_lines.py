# Reads lines of OTLP's JSON as the protobuf messages that they are, strictly:
# no unknown field, no key twice, ids in lower-case hex, 64-bit numbers as
# strings, enums as numbers.  Prints what the messages have, a line of JSON
# each.  Exits with 1 and a sentence at the first line that is none.
#
#     otlp_lines.py spans.jsonl

import base64
import json
import re
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

IDS = {'traceId': 32, 'spanId': 16, 'parentSpanId': 16}
LONG = ('startTimeUnixNano', 'endTimeUnixNano', 'intValue')


def once(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f'a key twice among {keys}')
    return dict(pairs)


def protobuf_json(value, key=None):
    """The same for protobuf's own reader, whose bytes are base64."""
    if isinstance(value, dict):
        return {k: protobuf_json(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [protobuf_json(v) for v in value]
    if key in IDS:
        if not re.fullmatch('[0-9a-f]{%d}' % IDS[key], value):
            raise ValueError(f'{key} {value}')
        return base64.b64encode(bytes.fromhex(value)).decode()
    if key in LONG and not (isinstance(value, str)
                            and re.fullmatch('[0-9]+', value)):
        raise ValueError(f'{key} {value}')
    if key in ('kind', 'code') and not isinstance(value, int):
        raise ValueError(f'{key} {value}')
    return value


def plain(value):
    kind = value.WhichOneof('value')
    if kind == 'array_value':
        return ','.join(plain(v) for v in value.array_value.values)
    return getattr(value, kind)


def attributes(pairs):
    return {a.key: plain(a.value) for a in pairs}


def span(s):
    if s.start_time_unix_nano > s.end_time_unix_nano:
        raise ValueError('it ends before it begins')
    return {'trace': s.trace_id.hex(), 'span': s.span_id.hex(),
            'parent': s.parent_span_id.hex(), 'state': s.trace_state,
            'flags': s.flags, 'name': s.name, 'kind': s.kind,
            'from': str(s.start_time_unix_nano),
            'to': str(s.end_time_unix_nano),
            'attributes': attributes(s.attributes),
            'code': s.status.code, 'message': s.status.message}


def main():
    for n, line in enumerate(open(sys.argv[1], encoding='utf-8', newline='\n')):
        try:
            message = json_format.ParseDict(
                protobuf_json(json.loads(line, object_pairs_hook=once)),
                trace_service_pb2.ExportTraceServiceRequest(),
                ignore_unknown_fields=False)
            (resource,) = message.resource_spans
            (scope,) = resource.scope_spans
            told = {'resource': attributes(resource.resource.attributes),
                    'scope': [scope.scope.name, scope.scope.version],
                    'spans': [span(s) for s in scope.spans]}
        except (ValueError, json_format.ParseError) as e:
            sys.exit(f'line {n + 1}: {e}: {line}')
        print(json.dumps(told))


main()
