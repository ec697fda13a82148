# struct, array, memoryview, binascii, hashing, compression.
import array
import binascii
import hashlib
import struct
import zlib

for i in range(12):
    b = struct.pack("<idqs", i, i / 3, i, b"x")
    c = struct.unpack("<idqs", b), list(struct.iter_unpack("<B", b))
    a = array.array("d", [i, 2, 3])
    a.extend(range(20))
    m = memoryview(bytearray(a.tobytes())).cast("d")
    d = m[2:5].tolist(), m.format, bytes(m[::2])
    e = binascii.hexlify(b), hashlib.sha256(b).hexdigest(), zlib.decompress(zlib.compress(b * 50))
