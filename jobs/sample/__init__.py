"""A generated region whose truth is known: a large firm's archive and the inboxes of small firms, with real-world dirt.

```
DIR/inbox/<source>/<delivery date>/…   what ingestion reads (YEJI_INBOX)
DIR/truth/*.parquet                    what it must never read: laws, lives, planted dirt (`jobs.sample.truth`)
DIR/region.json                        scale, seed, version, dates; written last, so it stands for a whole region
```
"""

from jobs.sample.region import Summary, generate, stands
from jobs.sample.truth import true_survival

__all__ = ["Summary", "generate", "stands", "true_survival"]
