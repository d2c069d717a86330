"""The README says what the code does."""

import re
import sys

import pytest


@pytest.fixture
def readme(root):
    return (root / 'README.md').read_text()


def test_the_ros_api_tables_are_those_of_the_nodes(root, readme, monkeypatch):
    monkeypatch.syspath_prepend(root / 'tools')
    api_tables = pytest.importorskip('api_tables')
    sys.modules.pop('api_tables')
    assert api_tables.written(readme) == api_tables.tables().strip(), (
        'python tools/api_tables.py --write'
    )


def test_every_file_it_links_to_exists(root, readme):
    links = [link for link in re.findall(r'\]\(([^)#]+)\)', readme) if '://' not in link]
    assert links
    assert not [link for link in links if not (root / link).exists()]


def test_every_make_target_it_names_exists(root, readme):
    targets = set(re.findall(r'^([a-z]+):', (root / 'Makefile').read_text(), re.MULTILINE))
    assert set(re.findall(r'(?:^|`)make ([a-z]+)', readme, re.MULTILINE)) <= targets
