-- Sends the reads of a file in turn. Its lines have three fields, separated by tabs: the path, the
-- cookie, and the address for X-Forwarded-For; the last two may be empty.
--
-- Prints one line of JSON at the end.

local counter = 0

function setup(thread)
  thread:set("offset", counter)
  counter = counter + 1
end

function init(args)
  local requests = {}
  for line in io.lines(args[1]) do
    local path, cookie, client = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)$")
    local headers = { ["Host"] = wrk.headers["Host"], ["Sec-Fetch-Site"] = "same-origin" }
    if cookie ~= "" then headers["Cookie"] = cookie end
    if client ~= "" then headers["X-Forwarded-For"] = client end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
  if #requests == 1 then
    -- Without the global function `request`, wrk sends the same bytes without calling Lua.
    local only = requests[1]
    wrk.format = function() return only end
    return
  end
  -- The threads begin at different places.
  local index = offset * math.floor(#requests / 2)
  request = function()
    index = index % #requests + 1
    return requests[index]
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"bytes":%d,"p50_microseconds":%d,"p99_microseconds":%d,' ..
    '"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
