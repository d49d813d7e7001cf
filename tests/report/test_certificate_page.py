"""`cert.report`, `cert.plot`, `cert._repr_html_` and the page of a file, from data alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import labelcert as lc
from labelcert.report.document import to_json
from labelcert.report.document_reading import read_document
from labelcert.report.page.certificate_page import run_of_certificate
from labelcert.report.page.document_page import attacker_of, write_document_page
from report.chromium import needs_chromium, text


def data_of(path):
    html = Path(path).read_text(encoding="utf-8")
    return json.loads(html.split('id="report-data">')[1].split("</script>")[0])


def test_a_page_of_matrices_alone(tmp_path):
    rng = np.random.default_rng(0)
    train, new = rng.normal(size=(12, 3)), rng.normal(size=(7, 3))
    labels = np.where(train[:, 0] > 0, "a", "b")
    cert = lc.certify(train @ train.T, new @ train.T, labels, C=0.5, max_flips=2)
    cert.report(tmp_path / "p.html")
    scene = data_of(tmp_path / "p.html")["scenes"][0]
    assert scene["word"] == "point"
    assert scene["verdicts"][0]["radius"] == cert.radius.tolist()
    assert scene["verdicts"][0]["prediction"] == cert.prediction.tolist()
    assert scene["truth"] == [None] * 7
    assert [scene["ids"][str(node)] for node in scene["tests"]] == list("0123456")
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "unknown: none of 7 test points has a label" in html
    assert f"{int((cert.radius >= 1).sum())} of 7 predictions survive any one wrong label" in html


def test_names_and_true_labels(certificate, tmp_path):
    certificate.report(
        tmp_path / "p.html", title="<q>", y_true=["=a", None, "b", "b"],
        test_ids=["<i>", "two", 3, "4"], labeled_ids=list("vwxyz"),
    )  # fmt: skip
    scene = data_of(tmp_path / "p.html")["scenes"][0]
    assert scene["truth"] == ["=a", None, "b", "b"]
    assert [scene["ids"][str(node)] for node in scene["tests"]] == ["<i>", "two", "3", "4"]
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "<i>" not in html
    assert "<q>" not in html
    # Predicted are b, =a, b and =a.
    assert "33.3 % of 3 test points that have a label" in html


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"y_true": ["b"]}, "y_true has 1 entries for 4 test points"),
        ({"y_true": [0, 1, 0, 1]}, "y_true holds integers"),
        ({"test_ids": ["x"] * 4}, "test_ids has 'x' twice"),
        ({"labeled_ids": ["x"]}, "labeled_ids has 1 entries for 5 labels"),
        ({"title": 3}, "title is of type int"),
    ],
)
def test_what_cannot_be_is_refused(certificate, tmp_path, options, told):
    with pytest.raises(lc.InputError, match=told):
        certificate.report(tmp_path / "p.html", **options)
    assert not (tmp_path / "p.html").exists()
    with pytest.raises(lc.InputError, match="suffix"):
        certificate.report(tmp_path / "p.txt")


def test_a_chart_and_a_notebook(certificate, tmp_path):
    chart = certificate.plot(tmp_path / "p.svg", title="t")
    assert chart.to_dict() == lc.plot(certificate, title="t").to_dict()
    assert (tmp_path / "p.svg").stat().st_size > 0
    html = replace(certificate, warnings=("<w>",))._repr_html_()
    assert "At least 2 and" not in html
    assert "2 of 4 predictions survive" in html
    assert "Warning: &lt;w&gt;" in html
    assert "<td" in html
    assert "0 to b, 1 to b, 3 to =a" in html  # the witness of the second
    empty = replace(
        certificate, decision=np.zeros(0), error_bar=np.zeros(0), witnesses=(), collective=None,
        radius=np.zeros(0, int), radius_upper=np.zeros(0, int), proven_by=(), broken_by=(),
    )  # fmt: skip
    assert "There are no predictions." in empty._repr_html_()


def test_a_file_of_a_certificate(certificate, tmp_path):
    (tmp_path / "c.json").write_text(certificate.to_json(), encoding="utf-8")
    write_document_page(tmp_path / "c.json", tmp_path / "p.html")
    assert data_of(tmp_path / "p.html")["scenes"][0]["verdicts"][0]["radius"] == [0, 1, 3, -1]


def run_file(certificate, tmp_path):
    run = run_of_certificate(certificate)
    run = replace(run, dataset=run.dataset | {"features": 3}, threat={
        "max_flips": 3, "trusted": [2], "directions": [["b", "=a"]], "costs": None,
        "groups": list("uuvvv"), "group_budgets": {"u": 1}, "bad_groups": 1})  # fmt: skip
    path = tmp_path / "run.json"
    path.write_text(to_json(run), encoding="utf-8")
    return path


def test_a_file_of_a_run_comes_back(certificate, tmp_path):
    path = run_file(certificate, tmp_path)
    run = read_document(path)
    assert to_json(run) == path.read_text(encoding="utf-8")
    assert attacker_of(run) == (
        "up to 3 flips of 5 labels, not the labels of 1 trusted rows, only b to =a, 2 groups "
        "(u at most 1), and any 1 of the groups for nothing"
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("threat"),
        lambda d: d.update(version=7),
        lambda d: d.update(format="x"),
        lambda d: d["test"]["nodes"].pop(),
        lambda d: d["test"]["true_labels"].pop(),
        lambda d: d["certificate"].update(radius=[3, 3, 3]),
        lambda d: d["dataset"].update(edges="many"),
        lambda d: d["model"].update(name=None),
        lambda d: d["labeled"].update(ids=[1, 2, 3, 4, 5]),
    ],
)
def test_a_damaged_file_is_refused(certificate, tmp_path, damage):
    path = run_file(certificate, tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))
    damage(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(lc.InputError):
        write_document_page(path, tmp_path / "p.html")


@needs_chromium
def test_the_weakest_comes_first_and_no_radius_is_told_too_high(browser, certificate, tmp_path):
    certificate.report(tmp_path / "p.html", test_ids=["p", "q", "r", "s"])
    page = browser.page(tmp_path / "p.html")
    told = {}
    for _ in range(4):
        name = text(page, "#node-facts h3")
        told[name] = text(page, "#node-radius")
        page.click("#node-after")
        page.wait(f"document.querySelector('#node-facts h3').textContent !== '{name}'")
    assert next(iter(told)) == "Test point s"  # a tie is weaker than radius 0
    assert told["Test point p"].startswith("0: a single flip can break it")
    assert told["Test point q"].startswith("1 to 2: 1 are proven, 3 break it")
    assert told["Test point r"].startswith("3+: survives all 3 flips that were tried, or more")
    assert page.complaints() == []
    page.close()


def problem():
    rng = np.random.default_rng(0)
    train, new = rng.normal(size=(12, 3)), rng.normal(size=(7, 3))
    return train @ train.T, new @ train.T, np.where(train[:, 0] > 0, "<b>", "b")


def test_advice_and_what_points_are_called_stand_on_the_page(tmp_path):
    gram, cross, labels = problem()
    advice = lc.advise(gram, cross, labels, C=0.5, max_flips=2, budget=1, k=3)
    cert = lc.certify(gram, cross, labels, C=0.5, max_flips=2)
    cert.report(
        tmp_path / "p.html", advice=advice, called=" mail ", labeled_ids=list("abcdefghijkl")
    )
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    section = html.split('<section id="verify"')[1].split("</section>")[0]
    for step in advice.steps:
        assert f'<th scope="row">{"abcdefghijkl"[step.index]}</th>' in section
        assert f"{round(7 * step.ratio_after)} of 7" in section
    assert "<b>" not in section
    reached = int((advice.after.radius >= 1).sum())
    assert reached > int((cert.radius >= 1).sum())
    assert f"to reach {reached}." in html
    assert data_of(tmp_path / "p.html")["scenes"][0]["word"] == "mail"
    assert "12 labeled mails" in html


def test_without_advice_the_labels_in_most_witnesses_are_named(tmp_path, certificate):
    certificate.report(tmp_path / "p.html")
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    section = html.split('<section id="verify"')[1].split("</section>")[0]
    # Witnesses hold 2 alone, and 0, 1, 3 together: 2 weighs most.
    first = section.split("<tbody>")[1].split("</tr>")[0]
    assert first.startswith('<tr><th scope="row">2</th><td class="short">b</td>')
    assert "Of 2 predictions" in section


def test_the_weakest_of_the_sentence_is_opened(tmp_path, certificate):
    certificate.report(tmp_path / "p.html")
    data = data_of(tmp_path / "p.html")
    (scene,) = data["scenes"]
    assert data["first"] in scene["tests"]
    opened = scene["tests"].index(data["first"])
    assert scene["verdicts"][0]["radius_upper"][opened] == min(scene["verdicts"][0]["radius_upper"])
    html = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert f"the weakest is {opened}." in html


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"advice": 3}, "advice is of type int: pass what labelcert.advise returned"),
        ({"called": 3}, "called is of type int"),
        ({"called": " "}, "called ' ' is no word"),
        ({"called": "a" * 31}, "is no word of 1 to 30 letters"),
        ({"called": "a\nb"}, "is no word"),
    ],
)
def test_words_and_advice_that_are_none(tmp_path, certificate, options, told):
    with pytest.raises(lc.InputError, match=told):
        certificate.report(tmp_path / "p.html", **options)
    assert list(tmp_path.iterdir()) == []


def test_advice_for_another_certificate_is_refused(tmp_path):
    gram, cross, labels = problem()
    advice = lc.advise(gram, cross, labels, C=0.5, max_flips=2, budget=1, k=1)
    other = lc.certify(gram, cross, labels, C=0.05, max_flips=2)
    with pytest.raises(lc.InputError, match="advice was made for another certificate"):
        other.report(tmp_path / "p.html", advice=advice)


def test_advice_for_another_attacker_is_refused(tmp_path):
    gram, cross, labels = problem()
    threat = lc.ThreatModel(budget=2, directions=[("b", "<b>")])
    cert = lc.certify(gram, cross, labels, C=0.5, threat=threat)
    others = (
        lc.ThreatModel(budget=2),
        lc.ThreatModel(budget=2, directions=[("<b>", "b")]),
        lc.ThreatModel(budget=2, directions=[("b", "<b>")], trusted=[list(labels).index("b")]),
        lc.ThreatModel(budget=2, directions=[("b", "<b>")], costs=[1] * 11 + [2]),
        lc.ThreatModel(
            budget=2, directions=[("b", "<b>")], groups=list("aaaaaabbbbbb"), group_budgets=1
        ),
    )
    for other in others:
        advice = lc.advise(gram, cross, labels, C=0.5, threat=other, budget=1, k=1)
        for read in (cert, lc.Certificate.from_json(cert.to_json())):
            with pytest.raises(lc.InputError, match="for another threat model"):
                read.report(tmp_path / "p.html", advice=advice)
    assert list(tmp_path.iterdir()) == []
    # A larger budget, or a purse that limits nothing, is the same attacker.
    same = lc.ThreatModel(
        budget=3, directions=[("b", "<b>")], groups=list("aaaaaabbbbbb"), group_budgets=12
    )
    advice = lc.advise(gram, cross, labels, C=0.5, threat=same, budget=1, k=1)
    cert.report(tmp_path / "p.html", advice=advice)
