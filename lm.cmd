@echo off
rem Runs the lm command. It is built first, in Release, where it is missing or older than its sources; lm does the same on
rem Linux and macOS. With this folder in PATH, `lm` works everywhere.
setlocal
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0build\build-lm.ps1" || exit /b 1
dotnet "%~dp0src\LmCli\bin\Release\net10.0\lm.dll" %*
