-- Tasks as bytes. A chunk is a header (run u32, node u16, count u16), a length u32 per task, then the
-- tasks' records one after another. A record is: key (24 bytes), the item's last key (24 bytes, zeros
-- where there is none), attempts so far (u8), the length of the item's id (u16), the id, the input.
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

-- Records first .. first+count-1 (from 0) of a stored chunk of `total`, whose bytes start at `offset`
-- behind the header. Returns the lengths as they stand, the bytes in one piece, and the records.
local function read_records(chunk, total, first, count, offset)
  local key = chunk_key(chunk)
  local packed = redis.call('GETRANGE', key, 8 + 4 * first, 7 + 4 * (first + count))
  if #packed < 4 * count then return nil end
  local lengths = { struct.unpack('<' .. string.rep('I4', count), packed) }
  local bytes = 0
  for i = 1, count do bytes = bytes + lengths[i] end
  local from = 8 + 4 * total + offset
  local blob = redis.call('GETRANGE', key, from, from + bytes - 1)
  local records, at = {}, 1
  for i = 1, count do
    records[i] = string.sub(blob, at, at + lengths[i] - 1)
    at = at + lengths[i]
  end
  return packed, blob, records
end

-- One line of the user's output, before its output: node, attempts, key, item and input.
local function result_head(node, attempts, key, item, input)
  return struct.pack('<I2I1', node, attempts) .. key .. struct.pack('<I2', #item) .. item
    .. struct.pack('<I4', #input) .. input
end
