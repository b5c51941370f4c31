# The tags follow the security fixes of .NET 10. To build the same image again from the same commit, pin both by digest:
# docker build --build-arg SDK=mcr.microsoft.com/dotnet/sdk@sha256:… --build-arg RUNTIME=mcr.microsoft.com/dotnet/aspnet@sha256:… .
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0

FROM $SDK AS build
WORKDIR /source

# What restore reads, and nothing else: the layer with the packages lasts until one of these files changes.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY src/LmModel/LmModel.csproj src/LmModel/packages.lock.json src/LmModel/
COPY src/LmApi/LmApi.csproj src/LmApi/packages.lock.json src/LmApi/
RUN dotnet restore src/LmApi --locked-mode

COPY .editorconfig ./
COPY src/LmModel/ src/LmModel/
COPY src/LmApi/ src/LmApi/
# libtorch is nearly all of the bytes, and only Inference:Engine=torch loads it: --build-arg TORCH=true keeps it. Apart, it makes
# a layer that stays, for it changes only with TorchSharp.
ARG TORCH=false
RUN dotnet publish src/LmApi -c Release --no-restore -o /app \
    && mkdir /natives \
    && if [ "$TORCH" = true ]; then mv /app/runtimes /natives/; else rm -r /app/runtimes; fi

FROM $RUNTIME
WORKDIR /app
COPY --from=build /natives/ ./
# Not inside /app, so that a volume mounted at /models takes its place.
COPY models/ /models/
COPY --from=build /app/ ./

ENV Model__Path=/models/fairy-tales

USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["dotnet", "LmApi.dll", "--health"]
ENTRYPOINT ["dotnet", "LmApi.dll"]
