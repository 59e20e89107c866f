-- Lets others have a run's keys too. As long as a run has them to itself, nothing is looked up under the keys of its
-- first tasks, and none is marked in flight when such a task is leased. Before another run of its pipeline begins, or
-- an item comes in twice, what is leased is marked. Atomic per call: from the first one on, whatever is leased is
-- marked; it names the leases there are, the next ones mark these, and the last one says that it is done. Who dies
-- on the way leaves a run whose keys are marked and looked up, and that whoever comes next shares anew.
-- @include keys fields runs records lanes watches? hosts? letters? collecting? caps? leases
-- ARGV: run, then nothing (begin), 'end', or leases
-- Replies: leases | {}
local run, is_over = tonumber(ARGV[1]), ARGV[2] == 'end'
if is_over then
  redis.call('HDEL', run_key(run), 'sole')
  return {}
end
if #ARGV == 1 then
  if redis.call('HEXISTS', run_key(run), 'sole') == 0 then return {} end
  redis.call('HSET', run_key(run), 'sole', Runs.SHARING)
  return redis.call('HKEYS', leases)
end
for i = 2, #ARGV do
  local l = Leases.read(ARGV[i])
  if l and l.run == run and l.is_sole then
    local column, marks = Records.column(l.chunk, l.total, l.first, l.count, Records.KEYS_BEHIND, 24), {}
    for at, key in ipairs(#column == 24 * l.count and Records.keys_in(column, l.count) or {}) do
      if Leases.flags_of(l)[at] == Leases.SOLE then
        marks[#marks + 1] = key
        marks[#marks + 1] = l.number
      end
    end
    if #marks > 0 then redis.call('HSET', flight, unpack(marks)) end
    l.flags = string.gsub(l.flags, '3', '1')
    redis.call('HSET', leases, l.number, Leases.text(l))
  end
end
return {}
