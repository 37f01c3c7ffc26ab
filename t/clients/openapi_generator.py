"""The client that openapi-generator made of a model's document, put to use."""

import json
import sys

import openapi_client as api

url = sys.argv[1]
calls = api.DefaultApi(api.ApiClient(api.Configuration(host=url)))


def ok(name):
    print("ok", name)


model = calls.model_fraud()
assert model.name == "fraud" and model.columns[0] == "amount", model
ok("metadata")

row = {"amount": 12.5, "member?": True, "country": "FR", "note": "late"}
types = [api.Datatype.FP32, api.Datatype.BOOL] + 2 * [api.Datatype.BYTES]
inputs = [api.RequestInput(name=name, shape=[1], datatype=t, data=[row[name]])
          for name, t in zip(row, types)]
answer = calls.infer_fraud(api.InferenceRequest(id="7", inputs=inputs))
assert answer.id == "7" and answer.model_name == "fraud", answer
ok("infer")

same = calls.v1_predict_fraud(api.PredictFraud(
    instances=[api.RowFraud.from_dict(row)]))
assert same.predictions == [answer.outputs[0].data], same
ok("v1 predict, a row with names and types")

gaps = calls.v1_predict_fraud(api.PredictFraud(
    instances=[api.RowFraud(member=True, amount=None)]))
assert len(gaps.predictions) == 1, gaps
ok("what is optional is left out, or null")

labels = calls.v1_classify_fraud(api.ExamplesFraud(
    examples=[api.RowFraud.from_dict(row)]))
assert {label for label, _ in labels.results[0]} == {"fine", "fraud"}, labels
ok("v1 classify")

stats = calls.model_statistics_fraud().model_stats[0]
assert stats.inference_count > 3, stats
ok("statistics")

try:
    calls.infer_fraud(api.InferenceRequest(inputs=inputs[:1]))
    raise SystemExit("three columns are missing")
except api.ApiException as e:
    assert e.status == 400 and json.loads(e.body)["error"], e
ok("400")
