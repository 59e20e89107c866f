-- Collecting: a node waits for all parts of an item that another one splits, and goes on with that item. What it
-- waits for lies in `join` under node:item as `left,missing,parts`: each end of a part counts one down, and the end of
-- the split counts their number up, which is unknown (empty) until then. So nothing is left exactly when the split is
-- over and all parts have ended, in whatever order; whoever brings that about decides what follows. Meanwhile the task
-- of the node lies in `out` under task:node:item, and counts as a live one of its item and in `collecting`, but not
-- among the tasks of the run: the parts are those. Outputs of parts lie in `out` until the node has used them.
-- Its functions are made with the first of them that is called: a function costs whenever a script makes it, and most
-- runs collect nothing.
setmetatable(collecting, { __index = function(_, wanted)
setmetatable(collecting, nil)

-- The item of which this one is a part.
function collecting.parent_of(lane, item)
  local number = string.match(item, '/%d+$')
  return string.sub(item, 1, #item - #number - lane.id_bytes - 1)
end

function collecting.read(run, node, item)
  local left, missing, parts =
    string.match(field(bulk_of(run, 'join'), node .. ':' .. item) or '0,0,', '^(-?%d+),(%d+),(%d*)$')
  return tonumber(left), tonumber(missing), tonumber(parts)
end

function collecting.write(run, node, item, left, missing, parts)
  set_field(bulk_of(run, 'join'), node .. ':' .. item, left .. ',' .. missing .. ',' .. (parts or ''))
end

-- Takes the task that waits; nothing where none does.
function collecting.take_waiting(run, node, item)
  local out, name = bulk_of(run, 'out'), 'task:' .. node .. ':' .. item
  local record = field(out, name)
  if not record then return nil end
  set_field(out, name, false)
  count(run, 'collecting', -1)
  return record
end

-- Lets a task wait that was no unfinished one of the run.
function collecting.wait(run, node, item, record)
  set_field(bulk_of(run, 'out'), 'task:' .. node .. ':' .. item, record)
  count(run, 'collecting', 1)
end

function collecting.complaint(missing, parts)
  return missing .. ' of its ' .. parts .. ' parts are dead or excluded: replay these'
end

-- All parts are there, and nobody waits for them: where the item is dead since some were missing, it no longer is.
function collecting.withdraw(run, node, item)
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if not letter or letter == DROPPED then return end
  local _, died_at = struct.unpack(LETTER, letter)
  if died_at == node then revive(run, item, letter) end
end

-- Other parts are missing than its letter says.
function collecting.reword(run, node, item, missing, parts)
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if not letter or letter == DROPPED then return end
  local _, died_at, _, _, lane_size, size, at = struct.unpack(LETTER, letter)
  if died_at ~= node then return end
  redis.call('HSET', run_key(run, 'dead'), item, string.sub(letter, 1, at + lane_size + size - 1)
    .. cjson.encode({ attempt = 0, at = now, message = collecting.complaint(missing, parts) }))
end

-- Nothing is left to wait for: the task begins, or its item is dead since parts are missing.
function collecting.decide(run, node, item, missing, parts)
  if run_of(run).state == 'cancelled' then
    if collecting.take_waiting(run, node, item) then count_cancelled(run, node, item) end
    return
  end
  local dead = is_dead(run, item)
  if missing > 0 and dead then
    collecting.reword(run, node, item, missing, parts)
    return
  end
  local record = collecting.take_waiting(run, node, item)
  if missing > 0 then
    if record then
      count_tasks(run, 1) -- which its death counts down
      remember_error(run, node, item, 0, collecting.complaint(missing, parts))
      bury(run, node, nil, record, 0)
    else
      collecting.reword(run, node, item, missing, parts)
    end
  elseif not record then
    collecting.withdraw(run, node, item)
  else
    count_tasks(run, 1)
    if dead then
      stop_sibling(run, node, nil, record)
    else
      place(run, node, nil, { record }, false)
    end
  end
end

-- An item ended: where it is collected, it has arrived, or is missing.
function collecting.arrive(run, node, item, is_missing)
  local lane = lane_spec(run, node)
  if not lane.items_at then return end
  local parent = collecting.parent_of(lane, item)
  local left, missing, parts = collecting.read(run, lane.items_at, parent)
  left = left - 1
  if is_missing then missing = missing + 1 end
  collecting.write(run, lane.items_at, parent, left, missing, parts)
  if parts and left == 0 then collecting.decide(run, lane.items_at, parent, missing, parts) end
end

-- An item was split into so many parts.
function collecting.split(run, node, item, record, parts)
  local left, missing = collecting.read(run, node, item)
  collecting.write(run, node, item, left + parts, missing, parts)
  collecting.wait(run, node, item, record)
  if left + parts == 0 then collecting.decide(run, node, item, missing, parts) end
end

-- Whether a task of a dead item that goes on has to wait for parts; then it does.
function collecting.waits_again(run, node, item, record)
  if not lane_spec(run, node).collects then return false end
  local left, missing = collecting.read(run, node, item)
  if left == 0 and missing == 0 then return false end
  collecting.wait(run, node, item, record)
  return true
end

-- An item that was missing is under way again.
function collecting.take_back(run, node, item)
  local lane = lane_spec(run, node)
  if not lane.items_at then return end
  local parent = collecting.parent_of(lane, item)
  local left, missing, parts = collecting.read(run, lane.items_at, parent)
  collecting.write(run, lane.items_at, parent, left + 1, missing - 1, parts)
end

-- Whether an item is dead since parts of it are missing, none of which is under way.
function collecting.lacks_parts(run, item, letter)
  local _, node = struct.unpack(LETTER, letter)
  if not lane_spec(run, node).collects then return false end
  local left, missing = collecting.read(run, node, item)
  return left == 0 and missing > 0
end

-- An item that waits for parts may have been dead for another reason, while all of these ended.
function collecting.decide_again(run, item)
  if not run_of(run).wide then return end
  for node = 0, redis.call('HLEN', run_key(run, 'lanes')) - 1 do
    if lane_spec(run, node).collects then
      local left, missing, parts = collecting.read(run, node, item)
      if parts and left == 0 and missing > 0 then collecting.decide(run, node, item, missing, parts) end
    end
  end
end

-- What was collected is used.
function collecting.forget(run, node, item)
  set_field(bulk_of(run, 'join'), node .. ':' .. item, false)
end

return collecting[wanted]
end })
