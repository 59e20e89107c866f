-- Books leases that worked. Atomic per call, and each lease is booked whole: results stored under
-- their keys, the lease gone, successors released or counted down, results emitted, counters moved,
-- and the end of the run decided by the one that moved its last task. A token that is not current
-- changes nothing.
-- @include keys memory runs records lanes letters leases booking
-- ARGV, per completion: lease, index, item, key, nodes of the run, uses kept outputs 0/1, results,
--   releases; then the results (see booking.lua); then per release: node, predecessors, record
-- Replies: per completion 'booked' | 'lost'
local touched, freed, freed_by, replies, placed = {}, {}, {}, {}, {}

local function lease_of(number)
  local l = touched[number]
  if l == nil then
    l = read_lease(number) or false
    touched[number] = l
  end
  return l
end

local function skip(results, releases) cursor = cursor + 8 * results + 3 * releases end

local function gather(run, node, record)
  local id = run .. ':' .. node
  if not placed[id] then placed[id] = { run = run, node = node, records = {} } end
  local records = placed[id].records
  records[#records + 1] = record
end

local function release(run, item, releases)
  local released = 0
  for _ = 1, releases do
    local node, predecessors, record = take(3)
    local ready = predecessors == '1'
    if not ready then
      local field = node .. ':' .. item
      if redis.call('HINCRBY', run_key(run, 'join'), field, 1) >= tonumber(predecessors) then
        redis.call('HDEL', run_key(run, 'join'), field)
        ready = true
      end
    end
    if ready then
      released = released + 1
      count_tasks(run, 1)
      if is_dead(run, item) then
        if run_of(run).wide then redis.call('HINCRBY', run_key(run, 'items'), item, 1) end
        stop_sibling(run, tonumber(node), record)
        released = released - 1
      else
        gather(run, tonumber(node), record)
      end
    end
  end
  return released
end

while cursor <= #ARGV do
  local number, index, item, key, nodes, keeps, results, releases = take(8)
  index, nodes, results, releases = tonumber(index), tonumber(nodes), tonumber(results), tonumber(releases)
  local l = lease_of(number)
  if not l or not is_open(l, index) then
    skip(results, releases)
    replies[#replies + 1] = 'lost'
  else
    local run, node = l.run, l.node
    end_task(l, index)
    freed[#freed + 1] = key
    freed_by[#freed] = number
    count_tasks(run, -1)
    local of_run = run_of(run)
    if of_run.state == 'cancelled' then
      book_results(run, node, item, results, false)
      cursor = cursor + 3 * releases
      if item_ended(run, item) and not is_dead(run, item) then count(run, 'cancelled', 1) end
    else
      local all_ends = book_results(run, node, item, results, true)
      local released = release(run, item, releases)
      local over = false
      if of_run.wide then
        local left = redis.call('HINCRBY', run_key(run, 'items'), item, released - 1)
        if left <= 0 then redis.call('HDEL', run_key(run, 'items'), item) end
        over = left <= 0 and not is_dead(run, item)
      else
        over = released == 0
      end
      if over then
        if of_run.ends > 1 and all_ends then emit_ends(run, item, nodes) end
        if keeps == '1' then forget_item(run, item, nodes) end
        count(run, 'done', 1)
      end
      local attempts = l.node .. ':' .. item
      if of_run.has_history == nil then
        of_run.has_history = redis.call('EXISTS', run_key(run, 'history')) == 1
      end
      if of_run.has_history then redis.call('HDEL', run_key(run, 'history'), attempts) end
    end
    replies[#replies + 1] = 'booked'
  end
end

land(freed, freed_by)
for _, l in pairs(touched) do
  if l then close_lease(l) end
end
for _, lane in pairs(placed) do place(lane.run, lane.node, lane.records, false) end
settle_store()
for _, key in ipairs(freed) do unpark(key) end
settle_counts()
return replies
