-- Collecting: a node waits for all parts of an item that another one splits, and goes on with that item. What it
-- waits for lies in `join` under node:item as `left,missing,parts`: each end of a part counts one down, and the end of
-- the split counts their number up, which is unknown (empty) until then. So nothing is left exactly when the split is
-- over and all parts have ended, in whatever order; whoever brings that about decides what follows. Meanwhile the task
-- of the node lies in `out` under task:node:item, and counts as a live one of its item and in `collecting`, but not
-- among the tasks of the run: the parts are those. Outputs of parts lie in `out` until the node has used them.

-- The item of which this one is a part.
function Collecting.parent_of(lane, item)
  local number = string.match(item, '/%d+$')
  return string.sub(item, 1, #item - #number - lane.id_bytes - 1)
end

function Collecting.read(run, node, item)
  local left, missing, parts =
    string.match(Fields.get(Fields.of(run, 'join'), text_of(node) .. ':' .. item) or '0,0,', '^(-?%d+),(%d+),(%d*)$')
  return tonumber(left), tonumber(missing), tonumber(parts)
end

function Collecting.write(run, node, item, left, missing, parts)
  Fields.set(Fields.of(run, 'join'), text_of(node) .. ':' .. item, left .. ',' .. missing .. ',' .. (parts or ''))
end

-- Takes the task that waits; nothing where none does.
function Collecting.take_waiting(run, node, item)
  local out, name = Fields.of(run, 'out'), 'task:' .. text_of(node) .. ':' .. item
  local record = Fields.get(out, name)
  if not record then return nil end
  Fields.set(out, name, false)
  Runs.count(run, 'g' .. text_of(node), -1)
  return record
end

-- Lets a task wait that was no unfinished one of the run.
function Collecting.wait(run, node, item, record)
  Fields.set(Fields.of(run, 'out'), 'task:' .. text_of(node) .. ':' .. item, record)
  Runs.count(run, 'g' .. text_of(node), 1)
end

function Collecting.complaint(missing, parts)
  return missing .. ' of its ' .. parts .. ' parts are dead or excluded: replay these'
end

-- All parts are there, and nobody waits for them: where the item is dead since some were missing, it no longer is.
function Collecting.withdraw(run, node, item)
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if not letter or letter == Runs.DROPPED then return end
  local _, died_at = struct.unpack(Letters.LETTER, letter)
  if died_at == node then Letters.revive(run, item, letter) end
end

-- Other parts are missing than its letter says.
function Collecting.reword(run, node, item, missing, parts)
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if not letter or letter == Runs.DROPPED then return end
  local _, died_at, _, _, lane_size, size, at = struct.unpack(Letters.LETTER, letter)
  if died_at ~= node then return end
  redis.call('HSET', run_key(run, 'dead'), item, string.sub(letter, 1, at + lane_size + size - 1)
    .. cjson.encode({ attempt = 0, at = now, message = Collecting.complaint(missing, parts) }))
end

-- Nothing is left to wait for: the task begins, or its item is dead since parts are missing.
function Collecting.decide(run, node, item, missing, parts)
  if Runs.of(run).state == 'cancelled' then
    if Collecting.take_waiting(run, node, item) then Lanes.count_cancelled(run, node, item) end
    return
  end
  local dead = Runs.is_dead(run, item)
  if missing > 0 and dead then
    Collecting.reword(run, node, item, missing, parts)
    return
  end
  local record = Collecting.take_waiting(run, node, item)
  if missing > 0 then
    if record then
      Runs.count_tasks(run, 1) -- which its death counts down
      Letters.remember_error(run, node, item, 0, Collecting.complaint(missing, parts))
      Letters.bury(run, node, nil, record, 0)
    else
      Collecting.reword(run, node, item, missing, parts)
    end
  elseif not record then
    Collecting.withdraw(run, node, item)
  else
    Runs.count_tasks(run, 1)
    if dead then
      Letters.stop_sibling(run, node, nil, record)
    else
      Lanes.place(run, node, nil, { record }, false)
    end
  end
end

-- An item ended: where it is collected, it has arrived, or is missing.
function Collecting.arrive(run, node, item, is_missing)
  local lane = Runs.lane(run, node)
  if not lane.items_at then return end
  local parent = Collecting.parent_of(lane, item)
  local left, missing, parts = Collecting.read(run, lane.items_at, parent)
  left = left - 1
  if is_missing then missing = missing + 1 end
  Collecting.write(run, lane.items_at, parent, left, missing, parts)
  if parts and left == 0 then Collecting.decide(run, lane.items_at, parent, missing, parts) end
end

-- An item was split into so many parts.
function Collecting.split(run, node, item, record, parts)
  local left, missing = Collecting.read(run, node, item)
  Collecting.write(run, node, item, left + parts, missing, parts)
  Collecting.wait(run, node, item, record)
  if left + parts == 0 then Collecting.decide(run, node, item, missing, parts) end
end

-- Whether a task of a dead item that goes on has to wait for parts; then it does.
function Collecting.waits_again(run, node, item, record)
  if not Runs.lane(run, node).collects then return false end
  local left, missing = Collecting.read(run, node, item)
  if left == 0 and missing == 0 then return false end
  Collecting.wait(run, node, item, record)
  return true
end

-- An item that was missing is under way again.
function Collecting.take_back(run, node, item)
  local lane = Runs.lane(run, node)
  if not lane.items_at then return end
  local parent = Collecting.parent_of(lane, item)
  local left, missing, parts = Collecting.read(run, lane.items_at, parent)
  Collecting.write(run, lane.items_at, parent, left + 1, missing - 1, parts)
end

-- Whether an item is dead since parts of it are missing, none of which is under way.
function Collecting.lacks_parts(run, item, letter)
  local _, node = struct.unpack(Letters.LETTER, letter)
  if not Runs.lane(run, node).collects then return false end
  local left, missing = Collecting.read(run, node, item)
  return left == 0 and missing > 0
end

-- An item that waits for parts may have been dead for another reason, while all of these ended.
function Collecting.decide_again(run, item)
  if not Runs.of(run).wide then return end
  for node = 0, redis.call('HLEN', run_key(run, 'lanes')) - 1 do
    if Runs.lane(run, node).collects then
      local left, missing, parts = Collecting.read(run, node, item)
      if parts and left == 0 and missing > 0 then Collecting.decide(run, node, item, missing, parts) end
    end
  end
end

-- What was collected is used.
function Collecting.forget(run, node, item)
  Fields.set(Fields.of(run, 'join'), text_of(node) .. ':' .. item, false)
end
