-- Books visits to hosts. Atomic, so that visits of many workers at once widen an interval as if they had come
-- one after the other. Who asks for fewer requests gets half as many, and each good answer adds a little to
-- the rate again; the same rules as HostPace.java has.
-- @include keys fields runs records lanes watches? hosts
-- ARGV: per visit: run, node, host, when it was sent by the server's clock ms, how long it took ms, bytes, answer (fine, many,
--   interval: fine, with the time that a robots.txt asks for, 0: none any more; failure; none: not yet, so that all
--   that counts is when it was sent), for how long it wants no more requests or between two of them ms, and the site
--   that asks for that
-- Replies: 'ok'
local FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WAIT = 5000, 600000, 3600000
local FIRST_GAP, LONGEST_GAP, SHORTEST_GAP, PER_ANSWER = 500, 60000, 20, 0.05
local SLOW, TIMES_SLOWER, SLOWED_FOR, STARTS_KEPT = 1000, 3, 10000, 32
local MOST_SITES, ASKED_LIVES = 8, 172800000
local paces, visits, sooner = {}, {}, {}

-- What only this script reads of a host: how long its answers take, when its last visits were sent, and what the sites
-- ask for that count as it, as `=site interval ms when it said so last`. One that has not said so for longer than a
-- robots.txt counts is forgotten.
local function pace_named(name)
  local pace = paces[name]
  if not pace then
    local f = redis.call('HMGET', host_key(name), 'took', 'usually', 'slowedAt', 'starts', 'asking')
    pace = { took = tonumber(f[1] or 0), usually = tonumber(f[2] or 0), slowed_at = tonumber(f[3] or 0), starts = {},
      asking = {} }
    for site, millis, at in string.gmatch(f[5] or '', '=(%S*) (%d+) (%d+)') do
      local asked = { millis = tonumber(millis), at = tonumber(at) }
      if now - asked.at < ASKED_LIVES then pace.asking[site] = asked end
    end
    for start in string.gmatch(f[4] or '', '%d+') do pace.starts[#pace.starts + 1] = tonumber(start) end
    paces[name] = pace
  end
  return pace
end

local function slow_down(host, pace)
  host.gap = math.min(LONGEST_GAP, math.max(FIRST_GAP, 2 * host.gap))
  pace.slowed_at = now
end

local function recover(host)
  if host.gap > 0 then
    local gap = math.floor(1000 / (1000 / host.gap + PER_ANSWER))
    host.gap = gap < SHORTEST_GAP and 0 or gap
  end
end

-- A host whose answers take much longer than they used to has too much to do.
local function look(host, pace, took)
  pace.took = pace.took == 0 and took or pace.took + (took - pace.took) / 8
  pace.usually = pace.usually == 0 and took or pace.usually + (took - pace.usually) / 64
  if pace.took > SLOW and pace.took > TIMES_SLOWER * pace.usually and now - pace.slowed_at >= SLOWED_FOR then
    slow_down(host, pace)
  end
end

local function fail(host)
  if host.failures == 0 then host.away = now end
  host.failures = host.failures + 1
  if host.failures >= Hosts.BREAKS_AT then
    local pause = math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ^ math.min(10, host.failures - Hosts.BREAKS_AT))
    host.not_before = math.max(host.not_before, now + pause)
  end
end

-- A site asks for an interval, or (0) for none any more. It says so with each of its answers, so where there are many the
-- one that asks for the least may be forgotten: it comes back by itself once others are gone.
local function ask(pace, site, millis)
  pace.asking[site] = millis > 0 and { millis = millis, at = now } or nil
  local sites, least = 0, nil
  for name, asked in pairs(pace.asking) do
    sites = sites + 1
    if not least or asked.millis < pace.asking[least].millis then least = name end
  end
  if sites > MOST_SITES then pace.asking[least] = nil end
end

local function longest_asked(pace)
  local longest = 0
  for _, asked in pairs(pace.asking) do longest = math.max(longest, asked.millis) end
  return longest
end

-- What the sites ask for as text.
local function asking_of(pace)
  local all = {}
  for site, asked in pairs(pace.asking) do
    all[#all + 1] = string.format('=%s %.0f %.0f', site, asked.millis, asked.at)
  end
  return table.concat(all, ' ')
end

-- The gap between a start and its nearest neighbour, nothing where there is none; the last ones are kept.
local function gap_of(pace, start)
  local gap, place = nil, 1
  for i, other in ipairs(pace.starts) do
    local between = math.abs(start - other)
    if not gap or between < gap then gap = between end
    if other <= start then place = i + 1 end
  end
  table.insert(pace.starts, place, start)
  if #pace.starts > STARTS_KEPT then table.remove(pace.starts, 1) end
  return gap
end

local function counts_of(run, name)
  local id = run .. ' ' .. name
  if not visits[id] then
    visits[id] = { run = run, name = name, requests = 0, bytes = 0, failures = 0, many = 0, spent = {} }
  end
  return visits[id]
end

-- What a node used up at the host.
local function spend(of_run, node, bytes)
  local requests_of, bytes_of = node .. '|requests', node .. '|bytes'
  of_run.spent[requests_of] = (of_run.spent[requests_of] or 0) + 1
  of_run.spent[bytes_of] = (of_run.spent[bytes_of] or 0) + bytes
end

-- Books what a visit came to.
local function answered(host, sent, run, node, took, bytes, answer, wanted, site)
  local pace, of_run = pace_named(host.name), counts_of(run, host.name)
  of_run.requests, of_run.bytes = of_run.requests + 1, of_run.bytes + bytes
  spend(of_run, node, bytes)
  if answer == 'failure' then
    of_run.failures = of_run.failures + 1
    fail(host)
  else
    host.failures = 0
    if answer == 'many' then
      of_run.many = of_run.many + 1
      host.not_before = math.max(host.not_before, now + math.min(LONGEST_WAIT, wanted))
      slow_down(host, pace)
    else
      if answer == 'interval' then ask(pace, site, math.min(LONGEST_WAIT, wanted)) end
      recover(host)
      look(host, pace, took)
    end
  end
  host.asked = longest_asked(pace)
  local gap = gap_of(pace, sent)
  if gap and (not of_run.gap or gap < of_run.gap) then of_run.gap = gap end
end

for i = 1, #ARGV, 9 do
  local run, node, name, sent, took, bytes, answer, wanted, site = unpack(ARGV, i, i + 8)
  local host = Hosts.named(name)
  local gap_before = Hosts.gap(host)
  host.changed, sent = true, tonumber(sent)
  if answer ~= 'none' then
    answered(host, sent, run, node, tonumber(took), tonumber(bytes), answer, tonumber(wanted), site)
  end
  if Hosts.sent(host, sent) or Hosts.gap(host) < gap_before then sooner[name] = host end
end

for _, host in pairs(sooner) do Hosts.advance(host) end
for name, pace in pairs(paces) do
  redis.call('HSET', host_key(name), 'took', pace.took, 'usually', pace.usually, 'slowedAt', pace.slowed_at,
    'starts', table.concat(pace.starts, ' '), 'asking', asking_of(pace))
end
for _, of_run in pairs(visits) do
  local key, spent = run_key(of_run.run, 'hosts'), run_key(of_run.run, 'spent')
  local state, finished, retention = unpack(redis.call('HMGET', run_key(of_run.run), 'state', 'finished', 'retention'))
  if state then
    for _, what in ipairs({ 'requests', 'bytes', 'failures', 'many' }) do
      if of_run[what] > 0 then redis.call('HINCRBY', key, of_run.name .. '|' .. what, of_run[what]) end
    end
    for what, by in pairs(of_run.spent) do redis.call('HINCRBY', spent, what, by) end
    local field = of_run.name .. '|gap'
    if of_run.gap and of_run.gap < tonumber(redis.call('HGET', key, field) or math.huge) then
      redis.call('HSET', key, field, of_run.gap)
    end
    -- of a run that was cancelled, some visits are told after its end
    if finished then
      redis.call('PEXPIRE', key, retention)
      redis.call('PEXPIRE', spent, retention)
    end
  end
end
Runs.settle()
return 'ok'
