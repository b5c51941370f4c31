# Builds the lm command where it is missing or older than its sources: what lm.cmd does before it runs it.
$root = Split-Path -Parent $PSScriptRoot
$program = Join-Path $root 'src/LmCli/bin/Release/net10.0/lm.dll'
$obj = Join-Path $root 'src/LmCli/obj'
$stamp = Join-Path $obj 'lm.stamp'

function Find-Changed {
    # Folders count too: what was removed changes them.
    $built = (Get-Item $stamp).LastWriteTimeUtc
    $folders = 'src/LmModel', 'src/LmCli', 'build' | ForEach-Object { Join-Path $root $_ }
    $sources = @(Get-Item $folders) + @(Get-ChildItem $folders | Where-Object Name -NotIn 'bin', 'obj') +
        @(Get-ChildItem $root -File | Where-Object { $_.Name -like 'Directory.*' -or $_.Name -eq 'global.json' })
    $inside = $sources | Where-Object { $_.PSIsContainer -and $_.FullName -notin $folders } | Get-ChildItem -Recurse
    @($sources) + @($inside) | Where-Object LastWriteTimeUtc -GT $built | Select-Object -First 1
}

function Test-Built { (Test-Path $program) -and (Test-Path $stamp) -and -not (Find-Changed) }

if (Test-Built) { exit 0 }
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    [Console]::Error.WriteLine('lm: There is no dotnet command. Install the .NET SDK that global.json names.')
    exit 1
}

# One mutex a checkout: two commands that start together build once.
$bytes = [Text.Encoding]::UTF8.GetBytes($root.ToLowerInvariant())
$hash = [BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($bytes)).Replace('-', '')
$mutex = New-Object Threading.Mutex $false, "Local\lm-build-$hash"
try { [void]$mutex.WaitOne() } catch [Threading.AbandonedMutexException] { }
try {
    if (Test-Built) { exit 0 }
    foreach ($folder in $obj, 'src/LmCli/bin', 'src/LmModel/bin', 'src/LmModel/obj') {
        if (-not [IO.Path]::IsPathRooted($folder)) { $folder = Join-Path $root $folder }
        [void](New-Item -ItemType Directory -Force $folder)
    }
    # The stamp is the time at which the last successful build began.
    $began = [DateTime]::UtcNow
    Set-Location $root
    # Standard output belongs to the command.
    dotnet msbuild src/LmCli -restore -p:Configuration=Release `
        -nologo -verbosity:quiet -tl:off -nodeReuse:false -p:UseSharedCompilation=false |
        ForEach-Object { [Console]::Error.WriteLine($_) }
    if ($LASTEXITCODE -ne 0) {
        [Console]::Error.WriteLine('lm: The build failed.')
        exit 1
    }
    [IO.File]::WriteAllText($stamp, '')
    (Get-Item $stamp).LastWriteTimeUtc = $began
}
finally {
    $mutex.ReleaseMutex()
}
