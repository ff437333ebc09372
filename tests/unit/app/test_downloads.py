import csv
import io
import json
from dataclasses import replace

from triovision.app.downloads import DOWNLOADS, write_records
from triovision.decision import prediction_record

CSV, JSON, GEOJSON = DOWNLOADS


def test_json_is_the_record_of_the_command_line(photo):
    (record,) = json.loads(write_records(JSON, [photo.prediction], 4, "fr"))
    assert record == json.loads(json.dumps(prediction_record(photo.prediction, 4, "fr")))


def test_csv_has_a_row_per_photo(photo):
    rows = list(csv.DictReader(io.StringIO(write_records(CSV, [photo.prediction] * 3, 5, "en").decode())))
    assert [row["photo"] for row in rows] == ["holiday.jpg"] * 3
    assert float(rows[0]["probability_1"]) > float(rows[0]["probability_5"])


def test_geojson_puts_a_country_at_its_centre(answered):
    found, unsure = answered("country", "FR"), answered("not_sure", None)
    collection = json.loads(write_records(GEOJSON, [found.prediction, unsure.prediction], 5, "en"))
    assert collection["features"][0]["geometry"]["type"] == "Point"
    assert collection["features"][1]["geometry"] is None


def test_a_name_with_half_a_character_does_not_stop_the_rest(photo):
    odd = replace(photo.prediction, photo="a\udc80.jpg")
    assert b"udc80" in write_records(CSV, [odd], 5, "en")
