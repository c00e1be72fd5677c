"""A class name has one meaning, and a renamed model is still found under the name that history has stored."""

import ast
from collections import defaultdict

from django.apps import apps
from django.conf import settings
from django.db.migrations import RenameModel
from django.db.migrations.loader import MigrationLoader

from calloff.history.record_types import find_model, record_type

PLACES = ("calloff", "tests", "benchmarks", "tools")
NAMED_BY_DJANGO = {"Command"}  # each management command is a class of this name


def class_names():
    """Return the classes at the top of each module but migrations, by name, as the paths that define them."""
    named = defaultdict(list)
    for place in PLACES:
        for path in (settings.BASE_DIR / place).rglob("*.py"):
            if "migrations" not in path.parts:
                for node in ast.parse(path.read_text()).body:
                    if isinstance(node, ast.ClassDef):
                        named[node.name].append(str(path.relative_to(settings.BASE_DIR)))
    return named


def test_no_two_classes_have_the_same_name():
    named = class_names()
    assert named["RoleGrant"] == ["calloff/people/models/users.py"]
    twice = {name: paths for name, paths in named.items() if len(paths) > 1 and name not in NAMED_BY_DJANGO}
    assert twice == {}


def test_two_models_never_share_a_record_type():
    models = apps.get_models()
    assert len({record_type(model) for model in models}) == len(models)
    assert {model for model in models if find_model(record_type(model)) is not model} == set()


def renamed_models():
    """Return (old label, new label) for each model that a migration of ours renamed."""
    for migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values():
        for operation in migration.operations:
            if isinstance(operation, RenameModel) and type(migration).__module__.startswith("calloff."):
                yield f"{migration.app_label}.{operation.old_name}", f"{migration.app_label}.{operation.new_name}"


def test_a_renamed_model_keeps_its_record_type_in_the_history():
    renamed = dict(renamed_models())
    forgotten = {
        label: new
        for label, new in renamed.items()
        if new not in renamed and hasattr(apps.get_model(new), "LIFECYCLE")
        if record_type(apps.get_model(new)) not in renamed
    }
    assert forgotten == {}
