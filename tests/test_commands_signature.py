"""A signed audit: whose key it was is told, and every byte of every file that is altered is named."""

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tables import three
from test_cli import call

from synthaudit.commands.report import report_again
from synthaudit.commands.seal import SEAL, Seal
from synthaudit.commands.signature import PASSPHRASE, SIGNATURE, load_public_key, load_signer
from synthaudit.commands.verify import Verification, verify_folder
from synthaudit.errors import InputError
from synthaudit.evidence import from_bytes
from synthaudit.report.render import render_letter
from synthaudit.runtime import user_key

SECRET = "correct horse battery"


def write_key(path: Path, passphrase: str = "") -> Path:
    """A new private key (0600), and beside it its public one as ``.pub``."""
    key = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    path.touch(0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    path.with_suffix(".pub").write_bytes(public)
    return path


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real tables, a release that is the training table, and two keys."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "releases").mkdir()
    train, holdout = three((200, 300), np.random.default_rng(0))
    for name, table in (("train", train), ("holdout", holdout), ("releases/vendor", train)):
        table.to_csv(folder / f"{name}.csv", index=False)
    write_key(folder / "key.pem")
    write_key(folder / "other.pem")
    return folder


def options(tables: Path, out: Path) -> tuple[object, ...]:
    return (
        *("--train", tables / "train.csv", "--holdout", tables / "holdout.csv", "-o", out),
        *("--profile", "quick", "--jobs", 1, "--quiet"),
    )


@pytest.fixture(scope="module")
def written(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed audit with all that one can hold: letter, edition for the vendor, and report beside an earlier one."""
    out = tmp_path_factory.mktemp("written") / "out"
    done = call(
        *("audit", *options(tables, out), "--synthetic", tables / "releases" / "vendor.csv"),
        *("--scores", "--internal", "--audited-copy", out / "copy.csv", "--sign", tables / "key.pem"),
    )
    assert done.returncode == 1, done.stderr
    key = load_public_key(tables / "key.pub")
    assert f"signed by key {key}\n" in done.stdout
    signer = load_signer(tables / "key.pem")
    for form in ("letter", "md"):
        report_again(out, form, signer=signer)
    report_again(out, edition="vendor", signer=signer)
    report_again(out, previous=out, signer=signer)
    return out


@pytest.fixture
def out(written: Path, tmp_path: Path) -> Path:
    """The same, to be altered."""
    return Path(shutil.copytree(written, tmp_path / "out"))


FILES = (
    *("evidence.json", "report.html", "metrics.csv", "metrics.prom", "junit.xml", "summary.md", "badge.svg"),
    "report.internal.html",
    *("scores.parquet", "letter.pdf", "report.md", "report.vendor.html", "report.changes.html"),
    *("copy.csv", "seal.json", "seal.sig"),
)


def altered(result: Verification) -> set[str]:
    return {item.name for item in result.checked if item.is_altered}


def states(result: Verification) -> dict[str, str]:
    return {item.name: item.state for item in result.checked}


def test_a_signed_audit_says_whose_key_it_was(out: Path, tables: Path) -> None:
    """With the public key and without it; openssl agrees with both fingerprint and signature."""
    key = load_public_key(tables / "key.pub")
    assert {path.name for path in out.iterdir() if path.is_file()} == set(FILES)
    done = call("verify", out)
    assert done.returncode == 0, done.stdout
    assert f"as written    seal.sig: signed by key {key}; whose key that is, --public-key checks\n" in done.stdout
    done = call("verify", out, "--public-key", tables / "key.pub")
    assert done.returncode == 0, done.stdout
    assert f"as written    seal.sig: signed by key {key}\n" in done.stdout
    if shutil.which("openssl"):
        der = subprocess.run(
            ["openssl", "pkey", "-pubin", "-in", tables / "key.pub", "-outform", "DER"], capture_output=True, check=True
        )
        assert hashlib.sha256(der.stdout).hexdigest() == key
        signature = base64.b64decode(json.loads((out / SIGNATURE).read_text())["signature"])
        (out.parent / "signature").write_bytes(signature)
        subprocess.run(
            [
                *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", tables / "key.pub", "-rawin"),
                *("-in", out / SEAL, "-sigfile", out.parent / "signature"),
            ],
            capture_output=True,
            check=True,
        )


@pytest.mark.parametrize("name", FILES)
def test_an_edited_byte_of_a_signed_audit_is_named(out: Path, tables: Path, name: str) -> None:
    """At its first and last byte and at places between; whatever else is doubted with it, no other file is named."""
    data = (out / name).read_bytes()
    rng = np.random.default_rng(len(name))
    keys = None, load_public_key(tables / "key.pub")
    places = 0, len(data) - 1, *rng.integers(len(data), size=6 if name in (SEAL, SIGNATURE) else 1)
    for i, place in enumerate(places):
        (out / name).write_bytes(data[:place] + bytes([data[place] ^ (1 << int(rng.integers(8)))]) + data[place + 1 :])
        # Whose signature it is to be changes nothing of which file is named: in turn, but for what holds the keys.
        for key in keys if name in (SEAL, SIGNATURE) else keys[i % 2 :][:1]:
            result = verify_folder(out, {}, key)
            assert altered(result) == {name}, place
            assert result.exit_code == 1


def test_another_key_and_no_signature_have_words_of_their_own(out: Path, tables: Path, written: Path) -> None:
    """Signed by somebody else, signed by nobody, and a signature that was taken away, are three things."""
    mine, other = (load_public_key(tables / f"{name}.pub") for name in ("key", "other"))
    result = verify_folder(out, {}, other)
    assert states(result)[SIGNATURE] == "another key"
    assert result.exit_code == 1
    assert f"another key   seal.sig: signed by another key: {mine}\n" in (
        call("verify", out, "--public-key", tables / "other.pub").stdout
    )
    (out / SIGNATURE).unlink()
    assert states(verify_folder(out, {}))[SIGNATURE] == "missing"
    seal = Seal.read(out)
    assert isinstance(seal, Seal)
    seal.write(out)
    assert SIGNATURE not in states(verify_folder(out, {}))
    result = verify_folder(out, {}, mine)
    assert states(result)[SIGNATURE] == "not signed"
    assert result.exit_code == 3


def resealed_and_signed(out: Path, tables: Path, name: str) -> None:
    seal = Seal.read(out)
    assert isinstance(seal, Seal)
    seal.write(out, signer=load_signer(tables / name))


def test_a_forger_with_a_key_of_their_own_is_told(out: Path, tables: Path) -> None:
    """Sealed and signed anew, all agrees: only the key that is expected tells the difference."""
    resealed_and_signed(out, tables, "other.pem")
    assert verify_folder(out, {}).exit_code == 0
    result = verify_folder(out, {}, load_public_key(tables / "key.pub"))
    assert altered(result) == {SIGNATURE}


def test_the_public_key_vouches_for_a_seal_of_another_machine(
    out: Path, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be known by the user's own key is known by the signature, and by it alone."""
    monkeypatch.setattr(user_key, "_key", lambda folder: bytes(32))
    assert states(verify_folder(out, {}))[SEAL] == "not looked at"
    assert states(verify_folder(out, {}, load_public_key(tables / "key.pub")))[SEAL] == "as written"
    assert states(verify_folder(out, {}, load_public_key(tables / "other.pub")))[SEAL] == "not looked at"


def test_a_signature_of_a_run_that_was_killed_is_none(out: Path, tables: Path, written: Path) -> None:
    """The signature is written before the seal that names it: what stands between is unsigned, and not torn."""
    signature = (out / SIGNATURE).read_bytes()
    seal = Seal.read(out)
    assert isinstance(seal, Seal)
    seal.write(out)
    (out / SIGNATURE).write_bytes(signature)
    result = verify_folder(out, {})
    assert states(result)[SIGNATURE] == "not sealed"
    assert altered(result) == set()


# --- the report drawn again -----------------------------------------------------------------------------------


def test_a_report_without_the_key_leaves_the_signature_alone(out: Path, tables: Path) -> None:
    """The page comes out the same; a new file is not in the seal, and is told so; with the key it is."""
    seal, signature = (out / SEAL).read_bytes(), (out / SIGNATURE).read_bytes()
    assert report_again(out)[1] == ""
    path, doubt = report_again(out, "pdf")
    assert doubt == "report.pdf was not signed: --sign KEY signs it"
    assert ((out / SEAL).read_bytes(), (out / SIGNATURE).read_bytes()) == (seal, signature)
    assert states(verify_folder(out, {}))["report.pdf"] == "not sealed"
    assert call("report", out, "--format", "pdf", "--sign", tables / "key.pem").returncode == 0
    assert states(verify_folder(out, {}))["report.pdf"] == "as written"
    assert verify_folder(out, {}, load_public_key(tables / "key.pub")).exit_code == 0
    assert path.exists()


def test_a_signed_file_is_not_written_over(out: Path, tables: Path) -> None:
    """As a later version would, whose page is another one: refused before anything is written."""
    before = (out / "report.html").read_bytes()
    (out / "summary.md").write_text("other")
    seal = Seal.read(out)
    assert isinstance(seal, Seal)
    files = {**seal.files, "summary.md": "0" * 64}
    Seal(synthaudit_version=seal.synthaudit_version, policy=seal.policy, inputs=seal.inputs, files=files).write(
        out, signer=load_signer(tables / "key.pem")
    )
    (out / "report.html").write_bytes(before + b" ")
    with pytest.raises(InputError, match=r"SA-423 file summary\.md: it was signed, and would be another file now"):
        report_again(out)
    assert (out / "report.html").read_bytes() == before + b" "
    assert (out / "summary.md").read_text() == "other"


def test_the_letter_names_the_key(written: Path, tables: Path) -> None:
    """Beside the hash of the evidence; a letter of an audit that nobody signed has no such line."""
    report = from_bytes((written / "evidence.json").read_bytes())
    key = load_public_key(tables / "key.pub")
    page = render_letter(report, "ab" * 32, key)
    assert page.count(key) == 1
    assert "ab" * 32 in page
    assert "key that signed" not in render_letter(report, "ab" * 32)


# --- batch ----------------------------------------------------------------------------------------------------


def test_a_batch_signs_each_release_and_its_index(tables: Path, tmp_path: Path) -> None:
    """A release finished earlier is signed without being audited again, and its evidence stays."""
    out, key = tmp_path / "out", load_public_key(tables / "key.pub")
    run = ("batch", tables / "releases", *options(tables, out))
    assert call(*run).returncode == 1
    evidence = (out / "vendor" / "evidence.json").read_bytes()
    assert not list(out.rglob(SIGNATURE))
    done = call(*run, "--sign", tables / "key.pem")
    assert "finished earlier" in done.stdout
    assert f"signed by key {key}\n" in done.stdout
    assert (out / "vendor" / "evidence.json").read_bytes() == evidence
    result = verify_folder(out, {}, key)
    assert result.exit_code == 0, result
    assert {name for name in states(result) if name.endswith(SIGNATURE)} == {SIGNATURE, f"vendor/{SIGNATURE}"}
    before = (out / "vendor" / SIGNATURE).stat().st_mtime_ns
    assert call(*run, "--sign", tables / "key.pem").returncode == 1
    assert (out / "vendor" / SIGNATURE).stat().st_mtime_ns == before
    assert verify_folder(out, {}, key).exit_code == 0


# --- keys -----------------------------------------------------------------------------------------------------


def rsa(path: Path) -> None:
    key = generate_private_key(65537, 2048)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


BAD_KEYS: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("readable", lambda path: path.chmod(0o640), "SA-421 option --sign: others may read or change key.pem"),
    ("writable", lambda path: path.chmod(0o602), "SA-421"),
    ("of RSA", rsa, "SA-420 option --sign: a key of another kind than Ed25519"),
    ("no PEM", lambda path: path.write_bytes(b"\xff" * 99), "SA-420 option --sign: no private key as PEM"),
    ("public", lambda path: path.write_bytes(path.with_suffix(".pub").read_bytes()), "SA-420"),
    ("empty", lambda path: path.write_bytes(b""), "SA-420"),
    ("large", lambda path: path.write_bytes(b"a" * 99_999), "SA-420 option --sign: key.pem cannot be read as a file"),
    ("missing", lambda path: path.unlink(), "SA-420 option --sign: key.pem cannot be read as a file"),
)


@pytest.mark.parametrize(("name", "spoil", "message"), BAD_KEYS, ids=[name for name, _, _ in BAD_KEYS])
def test_a_key_that_cannot_be_used_is_refused_before_any_work(
    tables: Path, tmp_path: Path, name: str, spoil: Callable[[Path], object], message: str
) -> None:
    """Exit code 2, a message of ours, no traceback, and no folder."""
    key = write_key(tmp_path / "key.pem")
    spoil(key)
    out = tmp_path / "out"
    done = call(
        *("audit", *options(tables, out), "--synthetic", tables / "releases" / "vendor.csv", "--sign", key),
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_a_passphrase_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None and a wrong one are told apart from no key; one that is not needed does no harm; none is ever shown."""
    key, plain = write_key(tmp_path / "key.pem", SECRET), write_key(tmp_path / "plain.pem")
    monkeypatch.delenv(PASSPHRASE, raising=False)
    with pytest.raises(InputError, match=f"the key has a passphrase, and {PASSPHRASE} is not set"):
        load_signer(key)
    monkeypatch.setenv(PASSPHRASE, "wrong")
    with pytest.raises(InputError, match="SA-420") as error:
        load_signer(key)
    assert "wrong" not in str(error.value)
    monkeypatch.setenv(PASSPHRASE, SECRET)
    assert load_signer(key).fingerprint == load_public_key(key.with_suffix(".pub"))
    assert load_signer(plain).fingerprint == load_public_key(plain.with_suffix(".pub"))
    assert SECRET not in repr(load_signer(key))


def test_nothing_of_the_private_key_is_written(written: Path, tables: Path) -> None:
    """No line of its file is in any file of the audit."""
    lines = [line for line in (tables / "key.pem").read_bytes().splitlines() if b"-----" not in line]
    assert lines
    for path in written.iterdir():
        if path.is_file():
            assert not any(line in path.read_bytes() for line in lines), path.name


@pytest.mark.parametrize("spoil", ["private", "nothing", "text"])
def test_a_file_that_is_no_public_key_is_refused(out: Path, tables: Path, tmp_path: Path, spoil: str) -> None:
    """Exit code 2, and how to make one."""
    path = tmp_path / "public.pem"
    if spoil != "nothing":
        path.write_bytes((tables / "key.pem").read_bytes() if spoil == "private" else b"pass")
    done = call("verify", out, "--public-key", path)
    assert done.returncode == 2
    assert done.stderr.startswith("synthaudit: SA-422 option --public-key: ")


def test_seals_that_nobody_signed_are_as_they_were(tmp_path: Path) -> None:
    """No field is added where there is no signature: seals of earlier audits are read, and known as one's own."""
    Seal(synthaudit_version="0.1.0", policy="", inputs={}, files={}).write(tmp_path)
    assert set(json.loads((tmp_path / SEAL).read_text())) == {
        *("format", "synthaudit_version", "policy", "inputs", "files", "hmac_sha256", "sha256")
    }
    seal = Seal.read(tmp_path)
    assert isinstance(seal, Seal)
    assert seal.is_own
