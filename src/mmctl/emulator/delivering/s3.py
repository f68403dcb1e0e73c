"""The action `write_to_s3`: an object in a folder, or at an S3 endpoint on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.emulator.delivering.deed import ActionFails, DoneDeed, NotNow
from mmctl.emulator.delivering.files import put_file
from mmctl.emulator.delivering.safe_names import safe_name, safe_path
from mmctl.emulator.delivering.services import ServiceBusy, ServiceFails

if TYPE_CHECKING:
    from mmctl.emulator.delivering.deed import Deed
    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.model.rules import S3Action

BUCKETS: Final = "s3"


def write_to_s3(deed: Deed, action: S3Action, means: DeliveryMeans) -> DoneDeed:
    """Write the message under its prefix and its id.

    Raises:
        ActionFails: there is no such bucket.
        NotNow: the endpoint does not answer.
        OSError: it cannot be written.
    """
    bucket, prefix = action.s3_bucket, action.s3_prefix or ""
    target = f"{bucket}/{prefix}" if prefix else bucket
    further = f"-{deed.form + 1}" if deed.form else ""  # a copy with other added headers
    key = f"{prefix}{deed.accepted.id}{further}"
    put_object = means.services.put_object
    if put_object is None:
        file = f"{BUCKETS}/{safe_name(bucket)}/{safe_path(key.split('/'))}"
        put_file(means.folder.root, file, deed.stored)
        return DoneDeed(target=target, file=file)
    try:
        put_object(bucket, key, deed.copy())
    except ServiceFails as error:
        raise ActionFails(str(error)) from None
    except ServiceBusy as error:
        raise NotNow(str(error)) from None
    return DoneDeed(target=target, detail=f"s3://{bucket}/{key}")
