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
  collecting.arrive(run, node, item, true)
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

-- Takes the letter of an item away and puts its tasks back to work, with all attempts before them. A task that
-- collects parts of which some are under way waits for these.
local function revive(run, item, letter)
  local excluded, node, _, _, lane_size, size, at = struct.unpack(LETTER, letter)
  local record = string.sub(letter, at + lane_size, at + lane_size + size - 1)
  local tasks = { { node, lane_at(letter, at, lane_size), with_attempts(record, 0) } }
  local siblings = redis.call('HGET', run_key(run, 'siblings'), item)
  local from = 1
  while siblings and from <= #siblings do
    local other, lane_length, length, behind = struct.unpack(SIBLING, siblings, from)
    from = behind + lane_length + length
    tasks[#tasks + 1] = { other, lane_at(siblings, behind, lane_length),
      string.sub(siblings, behind + lane_length, from - 1) }
  end
  redis.call('HDEL', run_key(run, 'dead'), item)
  redis.call('HDEL', run_key(run, 'siblings'), item)
  redis.call('ZREM', run_key(run, excluded == 1 and 'excludedindex' or 'deadindex'), item)
  count(run, excluded == 1 and 'excluded' or 'dead', -1)
  if excluded == 0 then count(run, 'x' .. text_of(node), -1) end
  if run_of(run).wide then count_live(run, item, #tasks) end
  for _, task in ipairs(tasks) do
    if not collecting.waits_again(run, task[1], item, task[3]) then
      count_tasks(run, 1)
      place(run, task[1], task[2], { task[3] }, false)
    end
  end
  collecting.take_back(run, node, item)
end
