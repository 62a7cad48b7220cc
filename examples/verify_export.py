#!/usr/bin/env python3
"""Verifies an export of Keyward's audit log, with nothing but Python's own library and docs/audit-format.md.

    verify_export.py <export file, or - for standard input> <file of trusted public keys> [<file of saved heads>]

Prints a JSON report. Exit code 0: every event is what Keyward signed; 10: it is not; 2: wrong use.
It was written from the format, not from the code of `keyward verify`, and the two have to agree on every fault.
"""
import base64, hashlib, json, re, sys

MAX_LINE = 2 * 1024 * 1024
sha256 = lambda data: hashlib.sha256(data).digest()

# Ed25519, RFC 8032: the curve -x^2 + y^2 = 1 + D x^2 y^2 over the integers modulo P; a point is (X, Y, Z, T).
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        q, p, n = add(q, p) if n & 1 else q, add(p, p), n >> 1
    return q

def point(raw):
    n = int.from_bytes(raw, "little")
    y, sign = n & (2**255 - 1), n >> 255
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if x * x % P == xx else x * pow(2, (P - 1) // 4, P) % P
    is_point = y < P and x * x % P == xx and (x, sign) != (0, 1)
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P) if is_point else None

BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def is_signed(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))
    return all((left[n] * right[2] - right[n] * left[2]) % P == 0 for n in (0, 1))

# The records, one a line: each field has a rule.
pattern = lambda regex: lambda value: isinstance(value, str) and bool(re.fullmatch(regex, value))
or_null = lambda rule: lambda value: value is None or rule(value)
whole_number = lambda value: type(value) is int and 0 <= value < 2**53
text, hex_32, hex_64 = pattern("(?s:.*)"), pattern("[0-9a-f]{64}"), pattern("[0-9a-f]{128}")
time = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
LOG = {"storeId": text, "organizationId": or_null(text)}
HEADER = {**LOG, "format": pattern(r"keyward\.audit\.export\.v1"), "first": whole_number, "previousHeadHash": or_null(hex_32),
          "range": lambda value: isinstance(value, list) and all(map(hex_32, value))}
HEAD = {**LOG, "format": pattern(r"keyward\.audit\.head\.v1"), "size": whole_number, "rootHash": hex_32,
        "position": or_null(text), "previousHeadHash": or_null(hex_32), "exportFrom": or_null(whole_number),
        "time": time, "signingKeyId": hex_32}
EVENT = {"index": whole_number, "previousHash": or_null(hex_32), "stream": text}

def canonical(value):
    """For headers and heads, which hold no fractions; docs/audit-format.md has it for every value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def read(line, kind, fields):
    """The record under `kind`, with its signature where it has one; None if the line is no such record."""
    try:
        record = json.loads(line.decode("utf-8"), parse_constant=int)
        found, signature = record[kind], record.get("signature")
        is_good = all(rule(found[name]) for name, rule in fields.items()) and isinstance(found, dict)
        if kind == "event":
            return found if is_good and len(record) == 1 else None
        is_good = is_good and len(found) == len(fields) and canonical(record) == line
        is_good = is_good and (hex_64(signature) and len(record) == 2 if kind == "head" else len(record) == 1)
        return {**found, "signature": signature, "bytes": canonical(found)} if is_good else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None

def lines(file):
    """Number and bytes of each line; no bytes if it is too long or has no line break."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number, found = number + 1, line[:-1] if line.endswith(b"\n") else b""
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE + 1)
        yield number, found

def head_fault(head, header, keys):
    if any(head[name] != header[name] for name in LOG):
        return "wrong_log"
    key = keys.get(head["signingKeyId"])
    if key is None:
        return "unknown_signing_key"
    return None if is_signed(key, head["bytes"], bytes.fromhex(head["signature"])) else "bad_signature"

def is_of_log(stream, organization):
    of = re.match("(?:organization|project|orgKey|projectKey|destroyedKeys|refusals|keyReads)-([^~]+)", stream)
    return of[1] == organization if of else stream == "rollout-keys" and organization is None

def root_of(tree):
    root = tree[-1] if tree else sha256(b"")
    for left in tree[-2::-1]:
        root = sha256(b"\1" + left + root)
    return root.hex()

def saved_heads(file, header, keys, fault):
    by_size, is_empty = {}, True
    for number, line in lines(file):
        head = read(line, "head", HEAD)
        code = head_fault(head, header, keys) if head else "garbage"
        is_empty = is_empty and code in ("garbage", "wrong_log")
        if code is None:
            by_size.setdefault(head["size"], []).append((number, head["rootHash"]))
        elif code != "wrong_log":
            fault("heads", number, code)
    return by_size if not is_empty else fault("heads", 1, "wrong_log") or {}

def verify(file, keys, heads_file=None):
    faults, export = [], lines(file)
    fault = lambda *found: faults.append(found)
    number, line = next(export, (1, b""))
    header = read(line, "export", HEADER)
    if not header or len(header["range"]) != bin(header["first"]).count("1"):
        return {"ok": False, "faults": [("export", 1, "no_header")]}
    saved = saved_heads(heads_file, header, keys, fault) if heads_file else {}
    first, tree = header["first"], [bytes.fromhex(each) for each in header["range"]]
    expected, last_hash, is_linked = first, None, first == 0
    last_head, closing, is_whole = {"hash": header["previousHeadHash"], "size": None}, None, True

    def compare_saved():
        for at, root in saved.pop(expected, []) if is_whole else []:
            if root != root_of(tree):
                fault("heads", at, "fork")

    compare_saved()
    for number, line in export:
        event, head = read(line, "event", EVENT), read(line, "head", HEAD)
        code = head_fault(head, header, keys) if head else None if event else "garbage"
        if closing or code:
            fault("export", number, "after_end" if closing else code)
        elif event and event["index"] < expected:
            fault("export", number, "repeated_event")
        elif event:
            if event["index"] > expected:
                fault("export", number, "missing_event")
                is_whole = False
            elif is_linked and event["previousHash"] != last_hash:
                fault("export", number, "broken_link")
            if not is_of_log(event["stream"], header["organizationId"]):
                fault("export", number, "foreign_event")
            node, n = sha256(b"\0" + line), expected
            last_hash, is_linked, expected = node.hex(), True, event["index"] + 1
            while is_whole and n & 1:
                node, n = sha256(b"\1" + tree.pop() + node), n >> 1
            tree = tree + [node] if is_whole else []
            compare_saved()
        else:
            size = head["size"]
            if size == last_head["size"] and head["rootHash"] != last_head["rootHash"]:
                fault("export", number, "fork")
            elif head["previousHeadHash"] != last_head["hash"]:
                fault("export", number, "broken_head_chain")
            if size > expected:
                fault("export", number, "missing_event")
                is_whole, expected, is_linked = False, size, False
            elif size < expected:
                fault("export", number, "misplaced_head")
            elif is_whole and head["rootHash"] != root_of(tree):
                fault("export", number, "root_mismatch")
                is_whole = False
            last_head = {**head, "hash": sha256(head["bytes"]).hex()}
            closing = None if head["exportFrom"] is None else head
            if closing and head["exportFrom"] != first:
                fault("export", number, "wrong_log")
    if not closing:
        fault("export", number, "cut_tail")
    for at, size in sorted((at, size) for size, heads in saved.items() for at, _ in heads) if is_whole else []:
        if size > expected or size < first:
            fault("heads", at, "cut_tail" if size > expected else "head_before_range")
    of_end = {name: closing and closing[name] for name in ("time", "rootHash")}
    return {"ok": not faults, **{name: header[name] for name in LOG}, "size": expected, **of_end, "faults": faults}

def trusted_keys(pem):
    ders = [base64.b64decode(each) for each in re.findall("BEGIN PUBLIC KEY-----([^-]+)-----END", pem)]
    if {(len(der), der[:12].hex()) for der in ders} != {(44, "302a300506032b6570032100")}:
        sys.exit(print("The file of trusted keys must hold public Ed25519 keys in PEM.", file=sys.stderr) or 2)
    return {sha256(der[12:]).hex(): der[12:] for der in ders}

if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(print(__doc__, file=sys.stderr) or 2)
    files = [sys.stdin.buffer if name == "-" else open(name, "rb") for name in sys.argv[1:]]
    report = verify(files[0], trusted_keys(files[1].read().decode()), *files[2:])
    print(json.dumps(report))
    sys.exit(0 if report["ok"] else 10)
