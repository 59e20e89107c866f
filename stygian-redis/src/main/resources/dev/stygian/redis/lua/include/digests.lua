-- Digests of the items that a run has found: by the first two bytes, the rest of each one after another.
Digests.REST = 10

-- Buckets whose digests one call counts.
Digests.AT_ONCE = 1024

-- How many digests lie in some buckets; where there is nothing, false stands.
function Digests.count(buckets)
  local bytes = 0
  for _, digests in ipairs(buckets) do bytes = bytes + (digests and #digests or 0) end
  return math.floor(bytes / Digests.REST)
end
