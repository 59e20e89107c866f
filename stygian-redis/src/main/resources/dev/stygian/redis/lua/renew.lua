-- A worker's sign of life. Atomic: all of its leases get a new deadline, or are named as lost. Once a
-- minute, workers that have been silent for that long are forgotten, and so are stored results whose time
-- is over.
-- @include keys memory fields runs records lanes watches? hosts? letters? collecting? caps? leases
-- ARGV: worker, slots, visibility ms (0: as each run says), number of leases, the leases, then the
--   services offered
-- Replies: {lost leases, ids of cancelled runs among the leases'}
local worker, slots, visibility, held = unpack(ARGV, 1, 4)
local lost, cancelled, seen = {}, {}, {}
visibility = tonumber(visibility)
for i = 5, 4 + tonumber(held) do
  local lease = ARGV[i]
  local l = Leases.read(lease)
  if l then
    redis.call('ZADD', deadlines, 'XX', Leases.deadline_of(l.run, visibility), lease)
    if not seen[l.run] then
      seen[l.run] = true
      if Runs.of(l.run).state == 'cancelled' then
        cancelled[#cancelled + 1] = redis.call('HGET', run_key(l.run, 'spec'), 'id')
      end
    end
  else
    lost[#lost + 1] = lease
  end
end
-- after the renewal: a worker that was cut off with its server must not take back its own leases
Leases.reap(100)
Leases.wake_due(100)
Lanes.wake_resting(100)
local services = {}
for i = 5 + tonumber(held), #ARGV do services[#services + 1] = ARGV[i] end
local sign = table.concat({ now, slots, table.concat(services, ',') }, '|')
redis.call('HSET', workers, worker, visibility > 0 and string.format('%s|%.0f', sign, visibility) or sign)
redis.call('PEXPIRE', workers, 86400000)
if now - tonumber(redis.call('HGET', meta, 'swept') or 0) >= 60000 then
  redis.call('HSET', meta, 'swept', now)
  local all = redis.call('HGETALL', workers)
  for i = 2, #all, 2 do
    if now - (tonumber(string.match(all[i], '^(%d+)|')) or 0) >= 60000 then
      redis.call('HDEL', workers, all[i - 1])
    end
  end
  for of = generation - 1, generation do
    for _, key in ipairs({ base .. 's:' .. of, values_key(of) }) do
      local left = redis.call('PTTL', key)
      if left >= 0 and left <= spare then redis.call('UNLINK', key) end
    end
  end
end
Runs.settle()
return { lost, cancelled }
