import pytest

from triovision.data.provenance.landmarks import read_landmarks
from triovision.errors import DataError


def test_categories_and_photos(data_set):
    landmarks = read_landmarks(data_set)
    assert landmarks.titles["2"] == "Frauenkirche (München)"
    assert landmarks.photos["1"] == 5
    assert landmarks.titles["99"] == ""
    assert landmarks.by_title["Tour Eiffel"] == ["1"]


def test_the_metadata_folder_itself_will_do(data_set):
    assert read_landmarks(data_set / "metadata").titles["1"] == "Tour Eiffel"


def test_the_hierarchical_table_fills_gaps_and_its_disagreement_is_counted(kit, data_set):
    columns = ("landmark_id", "category", "supercategory", "hierarchical_label", "natural_or_human_made")
    rows = [("5", f"{kit.ADDRESS}Extra", "", "", ""), ("1", f"{kit.ADDRESS}Other", "", "", ""), ("2", "", "", "", "")]
    kit.write_csv(data_set / "metadata/train_label_to_hierarchical.csv", columns, rows)
    landmarks = read_landmarks(data_set)
    assert (landmarks.titles["5"], landmarks.titles["1"]) == ("Extra", "Tour Eiffel")
    assert landmarks.counts["landmarks whose two tables name different categories, the first table stands"] == 1


def test_duplicate_and_empty_rows_are_counted(kit, data_set):
    path = data_set / "metadata/train_label_to_category.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"1,{kit.ADDRESS}Elsewhere\n,{kit.ADDRESS}Nobody\n8,\n9,{kit.ADDRESS}Tour_Eiffel\n")
    with (data_set / "metadata/train.csv").open("a") as file:
        file.write("ffffffffffffffff,https://x,\n")
    landmarks = read_landmarks(data_set)
    assert landmarks.titles["1"] == "Tour Eiffel"
    assert landmarks.counts["duplicate landmark ids, the first row stands"] == 1
    assert landmarks.counts["rows without a landmark id"] == 1
    assert landmarks.counts["rows without a category"] == 1
    assert landmarks.counts["photos without a landmark id"] == 1
    assert landmarks.counts["landmarks that share a category with another"] == 2
    assert "Elsewhere" in landmarks.examples["duplicate landmark ids, the first row stands"]


def test_a_missing_table_is_told_with_the_command_that_fetches_it(tmp_path):
    with pytest.raises(DataError, match="data download gldv2 --split train --metadata-only"):
        read_landmarks(tmp_path)


def test_a_login_page_instead_of_a_table_is_told(data_set):
    (data_set / "metadata/train.csv").write_text("<html>please log in</html>\n")
    with pytest.raises(DataError, match="has no column `landmark_id`"):
        read_landmarks(data_set)


def test_many_photos_in_several_blocks(kit, tmp_path):
    kit.write_data_set(tmp_path, {"1": "A"}, {"1": 150_000, "2": 7})
    assert read_landmarks(tmp_path).photos == {"1": 150_000, "2": 7}
