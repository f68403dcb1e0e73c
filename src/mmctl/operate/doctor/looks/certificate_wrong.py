"""STARTTLS fails, or the certificate is not the host's.

Looked at:
    With --probe: STARTTLS with TLS 1.2 or 1.3, and the certificate against the host's name and the
    authorities that this machine trusts.
Corrected by:
    The name that was connected to; whatever stands between this machine and the ingress point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.enums import TlsPolicy
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.probes import probed
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of
from mmctl.operate.doctor.scene import ProbeStage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene

_MAY_LACK: Final = (TlsPolicy.OPTIONAL, None)


def run(scene: Scene) -> Iterator[Said]:
    """Look at the encryption of each session."""
    for each, found in probed(scene, ProbeStage.STARTTLS):
        if found.stage in {ProbeStage.STARTTLS, ProbeStage.CERTIFICATE}:
            yield FoundFault(
                text=f"no trusted TLS with {found.host}:{found.port} of ingress point "
                f"`{each.name}`",
                why=found.message,
                commands=(
                    line_of(
                        *("openssl", "s_client", "-starttls", "smtp"),
                        *("-connect", f"{found.host}:{found.port}", "-servername", found.host),
                    ),
                ),
            )
        elif found.protocol is None and each.shape.tls_policy in _MAY_LACK:
            yield SoundPart(text=f"`{each.name}` was probed without TLS, which it may lack")
        else:
            verified = "verified" if found.verified else "not verified, on this machine"
            yield SoundPart(text=f"`{each.name}`: {found.protocol}, certificate {verified}")


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
