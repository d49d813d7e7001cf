"""Studies: many certificates from one file, in a store that survives anything.

A study file (`spec`) is read and checked (`shipped`), expanded into units (`units`), and run
(`runner`): each unit is one certificate, computed by a worker (`work`, spread by `pool` or
`cluster`) and kept in a store (`store`) as a record (`records`)::

    study = load_study("karate-tour")
    run_study(study, Path("tour.db"))
    with Store.reading(Path("tour.db")) as store:
        for row in store.rows():
            row.record["certified_ratio"]["lower"]
"""

from labelcert.studies.merging import Merged, merge_stores
from labelcert.studies.runner import Finished, Observer, Settings, run_study
from labelcert.studies.shards import Shard
from labelcert.studies.shipped import Study, load_study, shipped
from labelcert.studies.store import Row, Store
from labelcert.studies.units import Unit, expand

__all__ = [
    "Finished",
    "Merged",
    "Observer",
    "Row",
    "Settings",
    "Shard",
    "Store",
    "Study",
    "Unit",
    "expand",
    "load_study",
    "merge_stores",
    "run_study",
    "shipped",
]
