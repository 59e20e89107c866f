-- Tasks as bytes. A chunk is a header (run u32, node u16, count u16), a length u32 per task, then the
-- tasks' records one after another. A record is: key (24 bytes), the item's last key (24 bytes, zeros
-- where there is none), attempts so far (u8), the length of the item's id (u16), the id, the input.
-- A result is: node u16, key (24 bytes), length of the item's id u16, the id, length of the input u32,
-- the input, then its value: attempts u8 and the output. A value alone is what stands under a key.
-- Results travel and lie in runs of them, each behind its length u32.
local NO_KEY = string.rep('\0', 24)

local function record_key(record) return string.sub(record, 1, 24) end
local function record_last_key(record) return string.sub(record, 25, 48) end
local function record_attempts(record) return string.byte(record, 49) end

local function record_item(record)
  local length = struct.unpack('<I2', record, 50)
  return string.sub(record, 52, 51 + length)
end

local function record_input(record)
  return string.sub(record, 52 + struct.unpack('<I2', record, 50))
end

local function with_attempts(record, attempts)
  return string.sub(record, 1, 48) .. string.char(attempts) .. string.sub(record, 50)
end

local function chunk_of(run, node, records)
  local lengths = {}
  for i, record in ipairs(records) do lengths[i] = struct.pack('<I4', #record) end
  return struct.pack('<I4I2I2', run, node, #records) .. table.concat(lengths) .. table.concat(records)
end

-- Where records first .. first+count-1 (from 0) of a stored chunk of `total` lie, whose bytes start at
-- `offset` behind the header. Returns the lengths as they stand, the bytes in one piece, the lengths as
-- numbers; nothing where the chunk is gone.
local function read_range(chunk, total, first, count, offset)
  local key = chunk_key(chunk)
  local packed = redis.call('GETRANGE', key, 8 + 4 * first, 7 + 4 * (first + count))
  if #packed < 4 * count then return nil end
  local lengths = { struct.unpack('<' .. string.rep('I4', count), packed) }
  local bytes = 0
  for i = 1, count do bytes = bytes + lengths[i] end
  local from = 8 + 4 * total + offset
  return packed, redis.call('GETRANGE', key, from, from + bytes - 1), lengths
end

local function cut(blob, lengths, count)
  local records, at = {}, 1
  for i = 1, count do
    records[i] = string.sub(blob, at, at + lengths[i] - 1)
    at = at + lengths[i]
  end
  return records
end

-- The records of such a range; nothing where the chunk is gone.
local function read_records(chunk, total, first, count, offset)
  local packed, blob, lengths = read_range(chunk, total, first, count, offset)
  return packed and cut(blob, lengths, count)
end

-- A result up to its value.
local function result_head(node, key, item, input)
  return struct.pack('<I2', node) .. key .. struct.pack('<I2', #item) .. item .. struct.pack('<I4', #input) .. input
end
