-- Puts dead letters back to work. Atomic: letter gone, tasks waiting with no attempts, counters moved;
-- a run that was finished runs again and its keys lose their time to live.
-- @include keys fields runs records lanes letters
-- ARGV: run, items
-- Replies: {'unknown'} | {'cancelled'} | {'ok', how many were put back}
local run, replayed = tonumber(ARGV[1]), 0
local state = redis.call('HGET', run_key(run), 'state')
if not state then return { 'unknown' } end
if state == 'cancelled' then return { 'cancelled' } end
for i = 2, #ARGV do
  local item = ARGV[i]
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if letter and letter ~= DROPPED then
    if replayed == 0 and state == 'finished' then
      for _, part in ipairs(FINISHED_PARTS) do redis.call('PERSIST', run_key(run, part)) end
      redis.call('HSET', run_key(run), 'state', 'running')
      redis.call('HDEL', run_key(run), 'finished')
    end
    replayed = replayed + 1
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
    count_tasks(run, #tasks)
    if run_of(run).wide then count_live(run, item, #tasks) end
    for _, task in ipairs(tasks) do place(run, task[1], task[2], { task[3] }, false) end
  end
end
settle_counts()
return { 'ok', replayed }
