-- What became of every item of a run, in one look: while scripts move counters and what they count together,
-- reading these one after another would find them apart.
-- @include keys results digests
-- ARGV: run
-- Replies: {} (no such run) | {fields of the run's hash, dead letters, reasons of excluded items, what
--   submitters were told were accepted, what nodes used up as fields NODE|WHAT, how many results there were up to
--   the last one that lies there, how many there were before the first one (-1: none lies there; -2: none near that
--   end), digests of found items (-1: they lie in more buckets than one call counts)}
local PAGE, MOST_PAGES, NONE_LIES, NOT_NEAR = 10, 100, -1, -2
local run = ARGV[1]
local fields = redis.call('HGETALL', run_key(run))
if #fields == 0 then return {} end
local accepted = 0
for _, count in ipairs(redis.call('HVALS', run_key(run, 'cursor'))) do accepted = accepted + tonumber(count) end

-- The entry of results that is nearest to one end of the stream, or why there is none; ends of the run, which have
-- none, may lie in front of it, one for each time that it went on without a result.
local function nearest(command, from, to)
  local start = from
  for _ = 1, MOST_PAGES do
    local page = redis.call(command, run_key(run, 'results'), start, to, 'COUNT', PAGE)
    for _, entry in ipairs(page) do
      if entry[2][1] == 'n' then return entry[2] end
    end
    if #page < PAGE then return nil, NONE_LIES end
    start = '(' .. page[PAGE][1]
  end
  return nil, NOT_NEAR
end

local last, no_last = nearest('XREVRANGE', '+', '-')
local first, before = nearest('XRANGE', '-', '+')
if first then
  before = tonumber(first[2])
  for i = 5, #first, 2 do before = before - Results.count(Results.pack_of(run, first[i], first[i + 1])) end
end
local is_small = redis.call('HLEN', run_key(run, 'emitted')) <= Digests.AT_ONCE
return { fields, redis.call('ZCARD', run_key(run, 'deadindex')), redis.call('ZCARD', run_key(run, 'excludedindex')),
  accepted, redis.call('HGETALL', run_key(run, 'spent')), last and tonumber(last[2]) or no_last, before,
  is_small and Digests.count(redis.call('HVALS', run_key(run, 'emitted'))) or -1 }
