"""Start the fake CRM by hand: `python -m privacy.connectors.vtiger.tests.fake [--cloud]`. Ends with Ctrl-C."""

import sys
import threading

from privacy.connectors.tests.serving import serving
from privacy.connectors.vtiger.tests.fake.crm import Crm
from privacy.connectors.vtiger.tests.fake.people import fill


def main() -> None:
    crm = Crm(is_cloud="--cloud" in sys.argv)
    fill(crm.store)
    with serving(crm) as base:
        url = f"{base}/restapi/v1/vtiger/default" if crm.is_cloud else base
        sys.stdout.write(
            "systems:\n"
            f"  - {{key: crm, kind: vtiger, url: '{url}', user: {crm.user}, access_key: {crm.key}, "
            f"inside: 'true', cloud: '{str(crm.is_cloud).lower()}'}}\n"
        )
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
