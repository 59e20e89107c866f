-- Errors of attempts and letters, of dead and of excluded items. A letter is: 0 dead or 1 excluded u8, node u16,
-- attempts u8, time of death u64, length
-- of the host's lane u16 (0: none), length of the record u32, the lane, the record, then the errors as JSON
-- objects joined by commas. A wide run's other tasks of a dead item lie beside it in `siblings` as node u16,
-- length of the lane u16, length of the record u32, lane, record.
Letters.LETTER = '<I1I2I1I8I2I4'
local SIBLING = '<I2I2I4'

function Letters.remember_error(run, node, item, attempt, message)
  local history, name = Fields.of(run, 'history'), text_of(node) .. ':' .. item
  local said, before = cjson.encode({ attempt = attempt, at = now, message = message }), Fields.get(history, name)
  Fields.set(history, name, before and (before .. ',' .. said) or said)
end

function Letters.forget_errors(run, node, item)
  Fields.set(Fields.of(run, 'history'), text_of(node) .. ':' .. item, false)
end

-- Stops a task whose item is dead already: it lies beside the letter until that is replayed.
function Letters.stop_sibling(run, node, lane, record)
  local item = Records.item(record)
  Runs.count(run, 's' .. text_of(node), 1)
  local key = run_key(run, 'siblings')
  redis.call('HSET', key, item, (redis.call('HGET', key, item) or '')
    .. struct.pack(SIBLING, node, #(lane or ''), #record) .. (lane or '') .. Records.with_attempts(record, 0))
  Runs.count_tasks(run, -1)
  Letters.forget_errors(run, node, item)
  Lanes.item_ended(run, item)
end

local function write_letter(run, node, lane, record, attempts, excluded)
  local item = Records.item(record)
  local errors = Fields.get(Fields.of(run, 'history'), text_of(node) .. ':' .. item) or ''
  local head = struct.pack(Letters.LETTER, excluded and 1 or 0, node, attempts, now, #(lane or ''), #record)
  redis.call('HSET', run_key(run, 'dead'), item, head .. (lane or '') .. record .. errors)
  redis.call('ZADD', run_key(run, excluded and 'excludedindex' or 'deadindex'), 0, item)
  Letters.forget_errors(run, node, item)
  Runs.of(run).dead = Runs.of(run).dead + 1
  Runs.count(run, excluded and 'excluded' or 'dead', 1)
  Runs.count_attempts(run, excluded and 'v' or 'x', node, 1)
  Runs.count_tasks(run, -1)
  Lanes.item_ended(run, item)
  Collecting.arrive(run, node, item, true)
end

function Letters.bury(run, node, lane, record, attempts)
  local item = Records.item(record)
  if Runs.is_dead(run, item) then
    Runs.count_attempts(run, 't', node, 1)
    Letters.stop_sibling(run, node, lane, record)
    return
  end
  write_letter(run, node, lane, record, attempts, false)
end

-- Ends a task that is not to be executed, and its item; the reason is remembered as its only error.
function Letters.exclude(run, node, lane, record, attempts)
  if Runs.is_dead(run, Records.item(record)) then
    Runs.count_attempts(run, 't', node, 1)
    Letters.stop_sibling(run, node, lane, record)
  else
    write_letter(run, node, lane, record, attempts, true)
  end
end

-- Takes the letter of an item away and puts its tasks back to work, with all attempts before them. A task that
-- collects parts of which some are under way waits for these. Its last attempt was followed by others then.
function Letters.revive(run, item, letter)
  local excluded, node, attempts, _, lane_size, size, at = struct.unpack(Letters.LETTER, letter)
  local record = string.sub(letter, at + lane_size, at + lane_size + size - 1)
  local tasks = { { node, Records.lane_at(letter, at, lane_size), Records.with_attempts(record, 0) } }
  local siblings = redis.call('HGET', run_key(run, 'siblings'), item)
  local from = 1
  while siblings and from <= #siblings do
    local other, lane_length, length, behind = struct.unpack(SIBLING, siblings, from)
    Runs.count(run, 's' .. text_of(other), -1)
    from = behind + lane_length + length
    tasks[#tasks + 1] = { other, Records.lane_at(siblings, behind, lane_length),
      string.sub(siblings, behind + lane_length, from - 1) }
  end
  redis.call('HDEL', run_key(run, 'dead'), item)
  redis.call('HDEL', run_key(run, 'siblings'), item)
  redis.call('ZREM', run_key(run, excluded == 1 and 'excludedindex' or 'deadindex'), item)
  Runs.count(run, excluded == 1 and 'excluded' or 'dead', -1)
  Runs.count(run, (excluded == 1 and 'v' or 'x') .. text_of(node), -1)
  if attempts > 0 then Runs.count(run, 't' .. text_of(node), 1) end
  if Runs.of(run).wide then Lanes.count_live(run, item, #tasks) end
  for _, task in ipairs(tasks) do
    if not Collecting.waits_again(run, task[1], item, task[3]) then
      Runs.count_tasks(run, 1)
      Lanes.place(run, task[1], task[2], { task[3] }, false)
    end
  end
  Collecting.take_back(run, node, item)
end
