"""The client that openapi-python-client made of a model's document, put to
use."""

import sys

from generated import Client
from generated.api.default import (infer_fraud, model_fraud, v_1_predict_fraud)
from generated.models import (Datatype, ErrorMessage, InferenceRequest,
                              PredictFraud, RequestInput, RowFraud)

client = Client(base_url=sys.argv[1])


def ok(name):
    print("ok", name)


model = model_fraud.sync(client=client)
assert model.name == "fraud" and model.columns[0] == "amount", model
ok("metadata")

row = {"amount": 12.5, "member?": True, "country": "FR", "note": "late"}
types = [Datatype.FP32, Datatype.BOOL, Datatype.BYTES, Datatype.BYTES]
inputs = [RequestInput(name=name, shape=[1], datatype=t, data=[row[name]])
          for name, t in zip(row, types)]
answer = infer_fraud.sync(client=client,
                          body=InferenceRequest(id="7", inputs=inputs))
assert answer.id == "7" and answer.model_name == "fraud", answer
ok("infer")

same = v_1_predict_fraud.sync(client=client, body=PredictFraud(
    instances=[RowFraud.from_dict(row)]))
assert same.predictions == [answer.outputs[0].data], same
ok("v1 predict, a row with names and types")

gaps = v_1_predict_fraud.sync(client=client, body=PredictFraud(
    instances=[RowFraud(member=True, amount=None)]))
assert len(gaps.predictions) == 1, gaps
ok("what is optional is left out, or null")

wrong = infer_fraud.sync_detailed(client=client,
                                  body=InferenceRequest(inputs=inputs[:1]))
assert wrong.status_code == 400, wrong
assert isinstance(wrong.parsed, ErrorMessage) and wrong.parsed.error, wrong
ok("400")
