-- AES-256-GCM in Lua alone: Wireshark's own ciphers can be reached from Lua only in newer versions.
--
-- Written to be read and to open captures of a few thousand records. It takes no care of timing, so
-- nothing but a key log's keys, which are not secret any more, should ever be given to it.
-- FIPS 197 for AES, NIST SP 800-38D for GCM. Numbers are 32-bit words, the highest byte first.

local bits = bit32 or bit
local band, bxor, lshift, rshift = bits.band, bits.bxor, bits.lshift, bits.rshift
local rotate = bits.rrotate or bits.ror

-- The S-box, from inverses in GF(2^8) (FIPS 197, section 5.1.1), and the table that does SubBytes
-- and MixColumns of a column's first byte at once.
local sbox, table0 = {}, {}
do
  local function double(x)
    x = lshift(x, 1)
    return x > 255 and band(bxor(x, 0x1b), 255) or x
  end
  local power, log, x = {}, {}, 1
  for exponent = 0, 254 do
    power[exponent], log[x] = x, exponent
    x = bxor(x, double(x))
  end
  for byte = 0, 255 do
    local inverse = byte == 0 and 0 or power[(255 - log[byte]) % 255]
    local value = 0x63
    for turn = 0, 4 do
      value = bxor(value, band(bxor(lshift(inverse, turn), rshift(inverse, 8 - turn)), 255))
    end
    sbox[byte] = value
    local twice = double(value)
    table0[byte] = bxor(lshift(twice, 24), lshift(value, 16), lshift(value, 8), bxor(twice, value))
  end
end

local function word(text, at)
  local a, b, c, d = text:byte(at, at + 3)
  return bxor(lshift(a, 24), lshift(b, 16), lshift(c, 8), d)
end

local function text_of(value)
  return string.char(band(rshift(value, 24), 255), band(rshift(value, 16), 255),
    band(rshift(value, 8), 255), band(value, 255))
end

local function substituted(value)
  return bxor(lshift(sbox[band(rshift(value, 24), 255)], 24),
    lshift(sbox[band(rshift(value, 16), 255)], 16),
    lshift(sbox[band(rshift(value, 8), 255)], 8), sbox[band(value, 255)])
end

-- The round keys of a 32-byte key (FIPS 197, section 5.2).
local function schedule(key)
  local words, constant = {}, 1
  for index = 0, 7 do
    words[index] = word(key, 4 * index + 1)
  end
  for index = 8, 59 do
    local value = words[index - 1]
    if index % 8 == 0 then
      value = bxor(substituted(rotate(value, 24)), lshift(constant, 24))
      constant = constant * 2
    elseif index % 8 == 4 then
      value = substituted(value)
    end
    words[index] = bxor(words[index - 8], value)
  end
  return words
end

-- One block, as four words.
local function encrypt(keys, a, b, c, d)
  local function column(p, q, r, s)
    return bxor(table0[band(rshift(p, 24), 255)], rotate(table0[band(rshift(q, 16), 255)], 8),
      rotate(table0[band(rshift(r, 8), 255)], 16), rotate(table0[band(s, 255)], 24))
  end
  local function last(p, q, r, s)
    return bxor(lshift(sbox[band(rshift(p, 24), 255)], 24),
      lshift(sbox[band(rshift(q, 16), 255)], 16),
      lshift(sbox[band(rshift(r, 8), 255)], 8), sbox[band(s, 255)])
  end
  a, b, c, d = bxor(a, keys[0]), bxor(b, keys[1]), bxor(c, keys[2]), bxor(d, keys[3])
  for round = 4, 52, 4 do
    a, b, c, d = bxor(column(a, b, c, d), keys[round]), bxor(column(b, c, d, a), keys[round + 1]),
      bxor(column(c, d, a, b), keys[round + 2]), bxor(column(d, a, b, c), keys[round + 3])
  end
  return bxor(last(a, b, c, d), keys[56]), bxor(last(b, c, d, a), keys[57]),
    bxor(last(c, d, a, b), keys[58]), bxor(last(d, a, b, c), keys[59])
end

-- The multiples of H by a byte, and what a byte that is shifted out comes back as (SP 800-38D,
-- section 6.3; the lowest coefficient is the highest bit).
local function multiples(h)
  local function halved(v)
    local carry = band(v[4], 1)
    local half = {}
    for index = 4, 2, -1 do
      half[index] = bxor(rshift(v[index], 1), lshift(band(v[index - 1], 1), 31))
    end
    half[1] = bxor(rshift(v[1], 1), carry == 1 and lshift(0xe1, 24) or 0)
    return half
  end
  local function filled(single)
    local all, value = { [0] = { 0, 0, 0, 0 } }, single
    for shift = 7, 0, -1 do
      all[2 ^ shift] = value
      value = halved(value)
    end
    for byte = 1, 255 do
      if not all[byte] then
        local top = 1
        while top * 2 <= byte do top = top * 2 end
        local x, y = all[top], all[byte - top]
        all[byte] = { bxor(x[1], y[1]), bxor(x[2], y[2]), bxor(x[3], y[3]), bxor(x[4], y[4]) }
      end
    end
    return all
  end
  -- Shifted by a byte, bit i of the last byte is bit i - 8 of nothing: reduce it from there.
  local back, one = {}, { 0, 0, 0, 0x80 }
  for _ = 1, 8 do one = halved(one) end
  local reduced = filled(one)
  for byte = 0, 255 do back[byte] = reduced[byte][1] end
  return filled(h), back
end

local function hash(products, back, data)
  local a, b, c, d = 0, 0, 0, 0
  for at = 1, #data, 16 do
    local block = data:sub(at, at + 15)
    block = block .. ("\0"):rep(16 - #block)
    a, b = bxor(a, word(block, 1)), bxor(b, word(block, 5))
    c, d = bxor(c, word(block, 9)), bxor(d, word(block, 13))
    local x = { a, b, c, d }
    a, b, c, d = 0, 0, 0, 0
    for index = 15, 0, -1 do
      local byte = band(rshift(x[math.floor(index / 4) + 1], 24 - 8 * (index % 4)), 255)
      local out = back[band(d, 255)]
      local m = products[byte]
      d = bxor(rshift(d, 8), lshift(band(c, 255), 24), m[4])
      c = bxor(rshift(c, 8), lshift(band(b, 255), 24), m[3])
      b = bxor(rshift(b, 8), lshift(band(a, 255), 24), m[2])
      a = bxor(rshift(a, 8), out, m[1])
    end
  end
  return a, b, c, d
end

local Cipher = {}
Cipher.__index = Cipher

-- A cipher with a key of 32 bytes.
local function new(key)
  local keys = schedule(key)
  local products, back = multiples({ encrypt(keys, 0, 0, 0, 0) })
  return setmetatable({ keys = keys, products = products, back = back }, Cipher)
end

-- The key stream of message `number` over `data`; Noise's nonce is four zeros and the number.
function Cipher:stream(number, data)
  local high, low = math.floor(number / 2 ^ 32), number % 2 ^ 32
  local out = {}
  for at = 1, #data, 16 do
    local k = { encrypt(self.keys, 0, high, low, 2 + (at - 1) / 16) }
    local stream = text_of(k[1]) .. text_of(k[2]) .. text_of(k[3]) .. text_of(k[4])
    local block = { data:byte(at, at + 15) }
    for index = 1, #block do
      block[index] = string.char(bxor(block[index], stream:byte(index)))
    end
    out[#out + 1] = table.concat(block)
  end
  return table.concat(out)
end

-- What was sealed as message `number`, or nil if this is not it.
function Cipher:open(number, record)
  local sealed, tag = record:sub(1, -17), record:sub(-16)
  local padding = ("\0"):rep(-#sealed % 16)
  local lengths = ("\0"):rep(8) .. text_of(0) .. text_of(8 * #sealed)
  local hashed = { hash(self.products, self.back, sealed .. padding .. lengths) }
  local high, low = math.floor(number / 2 ^ 32), number % 2 ^ 32
  local mask = { encrypt(self.keys, 0, high, low, 1) }
  local expected = {}
  for index = 1, 4 do
    expected[index] = text_of(bxor(hashed[index], mask[index]))
  end
  if table.concat(expected) ~= tag then return nil end
  return self:stream(number, sealed)
end

-- The key that follows this one: what the last possible number makes of 32 zeros (Noise, 4.2).
function Cipher:next_key()
  local out = {}
  for counter = 2, 3 do
    for _, value in ipairs({ encrypt(self.keys, 0, 0xffffffff, 0xffffffff, counter) }) do
      out[#out + 1] = text_of(value)
    end
  end
  return table.concat(out)
end

return { new = new }
