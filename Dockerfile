# The tags follow the security fixes of .NET 10. To build the same image again from the same commit, pin both by digest:
# docker build --build-arg SDK=mcr.microsoft.com/dotnet/sdk@sha256:… --build-arg RUNTIME=mcr.microsoft.com/dotnet/aspnet@sha256:… .
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0

# The build runs on the building machine's own platform, whatever the image is for: the service is managed code alone.
FROM --platform=$BUILDPLATFORM $SDK AS build
WORKDIR /source

# What restore reads, and nothing else: the layer with the packages lasts until one of these files changes.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY src/LmModel/LmModel.csproj src/LmModel/packages.lock.json src/LmModel/
COPY src/LmApi/LmApi.csproj src/LmApi/packages*.lock.json src/LmApi/
# --build-arg TORCH=true adds libtorch, which only Inference:Engine=torch loads. It is made for amd64 alone.
ARG TORCH=false
RUN dotnet restore src/LmApi --locked-mode -p:Torch=$TORCH

COPY .editorconfig ./
COPY src/LmModel/ src/LmModel/
COPY src/LmApi/ src/LmApi/
ARG TARGETARCH
RUN if [ "$TORCH" = true ] && [ "${TARGETARCH:-amd64}" != amd64 ]; then \
        echo "TORCH=true needs linux/amd64: libtorch is not made for Linux on $TARGETARCH." >&2; exit 1; \
    fi
# No executable, which would be for one platform: `dotnet LmApi.dll` runs on each. libtorch, where it is included, is a
# layer apart, which stays in the cache until TorchSharp changes.
RUN dotnet publish src/LmApi -c Release --no-restore -o /app \
        -p:Torch=$TORCH -p:LibTorchRid=linux-x64 -p:UseAppHost=false \
    && mkdir /natives \
    && if [ "$TORCH" = true ]; then mv /app/runtimes /natives/; fi

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
