-- Errors of attempts and letters, of dead and of excluded items. A letter is: 0 dead or 1 excluded u8, node u16,
-- attempts u8, time of death u64, length
-- of the host's lane u16 (0: none), length of the record u32, the lane, the record, then the errors as JSON
-- objects joined by commas. A wide run's other tasks of a dead item lie beside it in `siblings` as node u16,
-- length of the lane u16, length of the record u32, lane, record.
local LETTER, SIBLING = '<I1I2I1I8I2I4', '<I2I2I4'

-- The lane whose name of `length` bytes stands there; nothing where there is none.
local function lane_at(text, at, length)
  return length > 0 and string.sub(text, at, at + length - 1) or nil
end

local function remember_error(run, node, item, attempt, message)
  local key, field = run_key(run, 'history'), node .. ':' .. item
  local said = cjson.encode({ attempt = attempt, at = now, message = message })
  local before = redis.call('HGET', key, field)
  redis.call('HSET', key, field, before and (before .. ',' .. said) or said)
end

local function forget_errors(run, node, item)
  redis.call('HDEL', run_key(run, 'history'), node .. ':' .. item)
end

-- Stops a task whose item is dead already: it lies beside the letter until that is replayed.
local function stop_sibling(run, node, lane, record)
  local item = record_item(record)
  local key = run_key(run, 'siblings')
  redis.call('HSET', key, item, (redis.call('HGET', key, item) or '')
    .. struct.pack(SIBLING, node, #(lane or ''), #record) .. (lane or '') .. with_attempts(record, 0))
  count_tasks(run, -1)
  forget_errors(run, node, item)
  item_ended(run, item)
end

local function write_letter(run, node, lane, record, attempts, excluded)
  local item = record_item(record)
  local errors = redis.call('HGET', run_key(run, 'history'), node .. ':' .. item) or ''
  redis.call('HSET', run_key(run, 'dead'), item,
    struct.pack(LETTER, excluded and 1 or 0, node, attempts, now, #(lane or ''), #record) .. (lane or '') .. record
    .. errors)
  redis.call('ZADD', run_key(run, excluded and 'excludedindex' or 'deadindex'), 0, item)
  forget_errors(run, node, item)
  run_of(run).dead = run_of(run).dead + 1
  count(run, excluded and 'excluded' or 'dead', 1)
  count_tasks(run, -1)
  item_ended(run, item)
end

local function bury(run, node, lane, record, attempts)
  local item = record_item(record)
  if is_dead(run, item) then
    stop_sibling(run, node, lane, record)
    return
  end
  write_letter(run, node, lane, record, attempts, false)
  count(run, 'x' .. text_of(node), 1)
end

-- Ends a task that is not to be executed, and its item; the reason is remembered as its only error.
local function exclude(run, node, lane, record, attempts)
  if is_dead(run, record_item(record)) then
    stop_sibling(run, node, lane, record)
  else
    write_letter(run, node, lane, record, attempts, true)
  end
end
