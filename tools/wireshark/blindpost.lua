-- Shows a device's link to the transport in Wireshark: handshake, records and, with a key log, what
-- is in them. docs/reference/device-link.md has every byte and says how to use this.
--
-- A capture of a simulation without Noise has bare frames on the same port; they are shown too.

local here = __DIR__ or debug.getinfo(1, "S").source:match("^@(.*)[/\\][^/\\]*$") or "."
local aes_gcm = dofile(here .. "/aes_gcm.lua")

local PORT, INTRO, RECORDS_PER_KEY = 7713, "BPL", 65536
local MAX_MESSAGE, OVERHEAD = 65535, 17
local KINDS = { [0] = "frame", [1] = "part", [2] = "ping", [3] = "pong" }

local blindpost = Proto("blindpost", "Blindpost device link")
local f = {
  version = ProtoField.uint8("blindpost.version", "Version of the link"),
  length = ProtoField.uint24("blindpost.length", "Length"),
  handshake = ProtoField.uint8("blindpost.handshake", "Handshake message"),
  ephemeral = ProtoField.bytes("blindpost.ephemeral", "Ephemeral key"),
  static = ProtoField.bytes("blindpost.static", "Static key, sealed"),
  payload = ProtoField.bytes("blindpost.payload", "Tag of the empty payload"),
  record = ProtoField.uint64("blindpost.record", "Record"),
  sealed = ProtoField.bytes("blindpost.sealed", "Sealed content and kind"),
  tag = ProtoField.bytes("blindpost.tag", "Tag"),
  verified = ProtoField.bool("blindpost.verified", "Verified"),
  kind = ProtoField.uint8("blindpost.kind", "Kind", base.DEC, KINDS),
  content = ProtoField.bytes("blindpost.content", "Content"),
  number = ProtoField.uint64("blindpost.keep_alive", "Number of the keep-alive", base.HEX),
  frame = ProtoField.bytes("blindpost.frame", "Frame"),
}
blindpost.fields = f
local unverified = ProtoExpert.new("blindpost.unverified", "The record does not verify",
  expert.group.DECRYPTION, expert.severity.ERROR)
local bad_length = ProtoExpert.new("blindpost.bad_length", "No message has this length here",
  expert.group.MALFORMED, expert.severity.ERROR)
local keyless = ProtoExpert.new("blindpost.keyless", "The key log has no keys for this link",
  expert.group.DECRYPTION, expert.severity.NOTE)
local other_version = ProtoExpert.new("blindpost.other_version", "Another version of the link",
  expert.group.PROTOCOL, expert.severity.WARN)
local headless = ProtoExpert.new("blindpost.headless", "The capture begins within this link",
  expert.group.DECRYPTION, expert.severity.NOTE)
blindpost.experts = { unverified, bad_length, keyless, other_version, headless }
blindpost.prefs.keys = Pref.string("Key log", "",
  "A file with lines BLINDPOST_LINK, session, key to the server, key to the client")

local tcp_stream = Field.new("tcp.stream")
local protobuf = Dissector.get("protobuf")

-- Keys by session, as they stand in the key log.
local keys = {}
-- What is known of each TCP stream, and of both ends of it.
local links = {}

local function from_hex(digits)
  return (digits:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function read_keys()
  keys = {}
  local file = blindpost.prefs.keys ~= "" and io.open(blindpost.prefs.keys)
  if not file then return end
  for line in file:lines() do
    local session, there, back = line:match("^BLINDPOST_LINK (%x+) (%x+) (%x+)%s*$")
    if session and #session == 64 and #there == 64 and #back == 64 then
      keys[session:lower()] = { from_hex(there), from_hex(back) }
    end
  end
  file:close()
end

function blindpost.init()
  links = {}
  read_keys()
end

local function link_of(pinfo)
  local stream = tcp_stream().value
  links[stream] = links[stream] or {
    client = { seen = {}, count = 0, parts = "" },
    server = { seen = {}, count = 0, parts = "" },
  }
  local link = links[stream]
  -- Whoever introduces itself is the client; bare frames have no introduction, and one port.
  local to_server = pinfo.dst_port == (link.server_port or PORT)
  return link, to_server and link.client or link.server, to_server
end

-- The cipher for a record: keys move on after every RECORDS_PER_KEY of them.
local function cipher_for(side, number)
  local age = math.floor(number / RECORDS_PER_KEY)
  while side.age < age do
    side.cipher = aes_gcm.new(side.cipher:next_key())
    side.age = side.age + 1
  end
  return side.cipher
end

local function session_begins(link, session)
  local found = keys[session]
  if not found then return end
  link.client.cipher, link.server.cipher = aes_gcm.new(found[1]), aes_gcm.new(found[2])
  link.client.age, link.server.age = 0, 0
end

-- Opens a record when it is first seen, in the order in which its end sent it; Wireshark asks again
-- for each packet that is looked at, and a copy is the record that it is a copy of.
local function opened(side, bytes)
  local known = side.seen[bytes]
  if known then return known end
  local record = { number = side.records or 0 }
  side.records, side.seen[bytes] = record.number + 1, record
  if not side.cipher then return record end
  local plain = cipher_for(side, record.number):open(record.number, bytes)
  record.verified = plain ~= nil
  if not plain then return record end
  record.content, record.kind = plain:sub(1, -2), plain:byte(-1)
  if record.kind == 1 then
    side.parts = side.parts .. record.content
  elseif record.kind == 0 then
    record.frame, side.parts = side.parts .. record.content, ""
  end
  return record
end

local function as_tvb(text, name)
  return ByteArray.new(text, true):tvb(name)
end

-- The number that starts at a place in a text, as Protocol Buffers write it, and where it ends.
local function varint_at(text, at)
  local value, scale = 0, 1
  for place = at, math.min(at + 4, #text) do
    local byte = text:byte(place)
    value = value + byte % 128 * scale
    if byte < 128 then return value, place + 1 end
    scale = scale * 128
  end
end

-- Whether a text can be a frame: up to three fields of proto/transport.proto, and nothing after. Of
-- records one in thousands can, too; noise must not get to Wireshark's dissector, since some versions
-- of it crash over it, so after the first that cannot, nothing of the link does.
local function is_frame(text)
  local at, fields = 1, 0
  while at <= #text do
    local key, after = varint_at(text, at)
    fields = fields + 1
    if not key or key < 8 or key > 127 or fields > 3 then return false end
    local wire, length = key % 8, 0
    if wire == 0 then
      length, after = varint_at(text, after)
      length = length and 0
    elseif wire == 1 then
      length = 8
    elseif wire == 2 then
      length, after = varint_at(text, after)
    else
      return false
    end
    if not length then return false end
    at = after + length
  end
  return at == #text + 1
end

local function show_frame(tvb, pinfo, tree, to_server)
  if tvb:len() == 0 then return end
  local name = to_server and "ToTransport" or "FromTransport"
  pinfo.private["pb_msg_type"] = "message,blindpost.transport." .. name
  protobuf:call(tvb, pinfo, tree)
end

local function show_record(body, pinfo, tree, side, to_server)
  local record = opened(side, body:raw())
  tree:add(f.record, UInt64(record.number % 2 ^ 32, math.floor(record.number / 2 ^ 32)))
  tree:add(f.sealed, body(0, body:len() - 16))
  tree:add(f.tag, body(body:len() - 16))
  if record.verified == nil then
    tree:add_proto_expert_info(keyless)
    return ("record %d, encrypted"):format(record.number)
  end
  tree:add(f.verified, record.verified):set_generated()
  if not record.verified then
    tree:add_proto_expert_info(unverified)
    return ("record %d does not verify"):format(record.number)
  end
  tree:add(f.kind, record.kind):set_generated()
  if (record.kind == 2 or record.kind == 3) and #record.content == 8 then
    local content = as_tvb(record.content, "Keep-alive")
    tree:add(f.number, content()):set_generated()
  elseif record.kind == 1 and #record.content > 0 then
    tree:add(f.content, as_tvb(record.content, "Part of a frame")())
  elseif record.kind == 0 and #record.frame > 0 then
    local frame = as_tvb(record.frame, "Frame")
    tree:add(f.frame, frame())
    show_frame(frame, pinfo, tree, to_server)
  end
  return ("record %d, %s"):format(record.number, KINDS[record.kind] or "of an unknown kind")
end

-- The client's messages are 1 and 3, the server's 2; each has one length.
local function show_handshake(body, tree, link, side, to_server, number)
  tree:add(f.handshake, number)
  if number == 1 then
    tree:add(f.ephemeral, body(0, 32))
    if not side.begun then
      side.begun = true
      session_begins(link, body:bytes():tohex(true))
    end
  elseif number == 2 then
    tree:add(f.ephemeral, body(0, 32))
    tree:add(f.static, body(32, 48))
    tree:add(f.payload, body(80, 16))
  else
    tree:add(f.static, body(0, 48))
    tree:add(f.payload, body(48, 16))
  end
  return ("handshake message %d"):format(number)
end

local HANDSHAKE_LENGTHS = { 32, 96, 64 }

-- Which handshake message a message is, by its place among those of its end, or nil for a record.
local function handshake_number(side, body, to_server)
  local bytes = body:raw()
  local known = side.handshake and side.handshake[bytes]
  if known then return known end
  local wanted = to_server and { 1, 3 } or { 2 }
  local number = wanted[side.count + 1]
  if not number or side.seen[bytes] then return nil end
  side.count = side.count + 1
  side.handshake = side.handshake or {}
  side.handshake[bytes] = number
  return number
end

local function length_at(tvb, offset)
  if tvb(offset, 3):raw() == INTRO then return 1 end
  return tvb(offset, 3):uint()
end

local function show_message(tvb, pinfo, root)
  local link, side, to_server = link_of(pinfo)
  pinfo.cols.protocol = "Blindpost"
  local tree = root:add(blindpost, tvb())
  local told
  if tvb(0, 3):raw() == INTRO then
    link.noise = true
    link.server_port = pinfo.dst_port
    tree:add(f.version, tvb(3, 1))
    if tvb(3, 1):uint() ~= 1 then tree:add_proto_expert_info(other_version) end
    told = "intro"
  else
    tree:add(f.length, tvb(0, 3))
    local body = tvb(3):tvb()
    local number = link.noise and handshake_number(side, body(), to_server)
    link.sealed = link.sealed or not link.noise and not is_frame(body():raw())
    if not link.noise and link.sealed then
      tree:add(f.sealed, body())
      tree:add_proto_expert_info(headless)
      told = "sealed, on a link whose beginning is not here"
    elseif not link.noise then
      show_frame(body, pinfo, tree, to_server)
      told = "frame, not encrypted"
    elseif number and body:len() == HANDSHAKE_LENGTHS[number] then
      told = show_handshake(body(), tree, link, side, to_server, number)
    elseif not number and body:len() >= OVERHEAD and body:len() <= MAX_MESSAGE then
      told = show_record(body(), pinfo, tree, side, to_server)
    else
      tree:add_proto_expert_info(bad_length)
      told = "a length that no message has"
    end
  end
  tree:append_text(": " .. told)
  pinfo.cols.info:append(" " .. told .. ";")
  return tvb:len()
end

function blindpost.dissector(tvb, pinfo, root)
  pinfo.cols.info:clear()
  return dissect_tcp_pdus(tvb, root, 3, function(chunk, _, offset)
    return 3 + length_at(chunk, offset)
  end, show_message)
end

DissectorTable.get("tcp.port"):add(PORT, blindpost)
