# json both ways, with the C scanner and encoder.
import json

data = {"a": [1, 2.5, None, True, "é\n", {"b": []}], "c": {str(i): [i] * 3 for i in range(30)}}
for i in range(8):
    text = json.dumps(data, indent=i % 2 or None, sort_keys=True)
    back = json.loads(text)
    try:
        json.loads(text[:-3])
    except json.JSONDecodeError as error:
        s = str(error)
