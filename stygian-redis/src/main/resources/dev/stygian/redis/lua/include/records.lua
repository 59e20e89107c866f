-- Tasks as bytes. A chunk is a header (run u32, node u16, count u16), then columns: per task the length
-- of its body u32; its key (24 bytes); its item's last key (24 bytes, zeros where there is none); then the
-- bodies: attempts so far (u8), the length of the item's id (u16), the id, the input. So a script that
-- decides on tasks touches no body. A record is one task alone: key, last key, body.
-- A result is: node u16, key (24 bytes), length of the item's id u16, the id, length of the input u32,
-- the input, then its value: attempts u8 and the output. A value alone is what stands under a key.
-- Results travel and lie in runs of them, each behind its length u32.
Records.NO_KEY = string.rep('\0', 24)
-- Columns lie one behind the other, the lengths first.
Records.KEYS_BEHIND, Records.LASTS_BEHIND, Records.BODIES_BEHIND = 4, 28, 52

function Records.key(record) return string.sub(record, 1, 24) end
function Records.last_key(record) return string.sub(record, 25, 48) end
function Records.attempts(record) return string.byte(record, 49) end

function Records.item(record)
  local length = struct.unpack('<I2', record, 50)
  return string.sub(record, 52, 51 + length)
end

function Records.input(record)
  return string.sub(record, 52 + struct.unpack('<I2', record, 50))
end

function Records.with_attempts(record, attempts)
  return string.sub(record, 1, 48) .. string.char(attempts) .. string.sub(record, 50)
end

function Records.chunk_of(run, node, records)
  local lengths, keys, lasts, bodies = {}, {}, {}, {}
  for i, record in ipairs(records) do
    lengths[i] = struct.pack('<I4', #record - 48)
    keys[i], lasts[i], bodies[i] = Records.key(record), Records.last_key(record), string.sub(record, 49)
  end
  return struct.pack('<I4I2I2', run, node, #records) .. table.concat(lengths) .. table.concat(keys)
    .. table.concat(lasts) .. table.concat(bodies)
end

-- The record of a chunk of one task, all of whose bytes these are.
function Records.alone(text)
  return string.sub(text, 9 + Records.KEYS_BEHIND)
end

-- A column of tasks first .. first+count-1 (from 0) of a chunk of `total`; columns of the same width in
-- front of it are `skipped` bytes wide.
function Records.column(chunk, total, first, count, skipped, width)
  local from = 8 + skipped * total + width * first
  return redis.call('GETRANGE', chunk_key(chunk), text_of(from), text_of(from + width * count - 1))
end

-- Lengths in a column as they stand, as numbers, and their sum; nothing where the column is not whole.
function Records.lengths_in(packed, count)
  if #packed < Records.KEYS_BEHIND * count then return nil end
  local lengths = { struct.unpack('<' .. string.rep('I4', count), packed) }
  local bytes = 0
  for i = 1, count do bytes = bytes + lengths[i] end
  return packed, lengths, bytes
end

-- The columns of such tasks by their names, each read when it is asked for first; those of a small chunk that is
-- asked for as a whole come in one piece.
do
  local SMALL = 32
  local places = { lengths = { 0, Records.KEYS_BEHIND }, keys = { Records.KEYS_BEHIND, 24 },
    lasts = { Records.LASTS_BEHIND, 24 } }

  function Records.columns_of(chunk, total, first, count)
    local columns = {}
    if count == total and total <= SMALL then
      local all = redis.call('GETRANGE', chunk_key(chunk), '8', text_of(7 + Records.BODIES_BEHIND * total))
      columns.lengths = string.sub(all, 1, Records.KEYS_BEHIND * total)
      columns.keys = string.sub(all, Records.KEYS_BEHIND * total + 1, Records.LASTS_BEHIND * total)
      columns.lasts = string.sub(all, Records.LASTS_BEHIND * total + 1)
      return columns
    end
    return setmetatable(columns, { __index = function(_, name)
      local column = Records.column(chunk, total, first, count, unpack(places[name]))
      columns[name] = column
      return column
    end })
  end
end

-- The keys in a column.
function Records.keys_in(column, count)
  local keys, at, sub = {}, 1, string.sub
  for i = 1, count do
    keys[i] = sub(column, at, at + 23)
    at = at + 24
  end
  return keys
end

-- Whether no key is in a column of so many; what such a one looks like is made once.
do
  local empty = {}

  function Records.has_no_keys(column, count)
    empty[count] = empty[count] or string.rep(Records.NO_KEY, count)
    return column == empty[count]
  end
end

-- The records of such tasks, whose bodies start at `offset`; nothing where the chunk is gone.
function Records.read(chunk, total, first, count, offset)
  local columns = Records.columns_of(chunk, total, first, count)
  local packed, lengths, bytes = Records.lengths_in(columns.lengths, count)
  if not packed then return nil end
  local keys, lasts = columns.keys, columns.lasts
  local from = 8 + Records.BODIES_BEHIND * total + offset
  local bodies = redis.call('GETRANGE', chunk_key(chunk), text_of(from), text_of(from + bytes - 1))
  local records, key_at, at = {}, 1, 1
  for i = 1, count do
    records[i] = string.sub(keys, key_at, key_at + 23) .. string.sub(lasts, key_at, key_at + 23)
      .. string.sub(bodies, at, at + lengths[i] - 1)
    key_at, at = key_at + 24, at + lengths[i]
  end
  return records
end

-- The lane whose name of `length` bytes stands there; nothing where there is none.
function Records.lane_at(text, at, length)
  return length > 0 and string.sub(text, at, at + length - 1) or nil
end

-- A result up to its value.
function Records.result_head(node, key, item, input)
  return struct.pack('<I2', node) .. key .. struct.pack('<I2', #item) .. item .. struct.pack('<I4', #input) .. input
end
